using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A replayer that holds a sandbox, with a database and a cache or without, and calls through it until somebody ends it. Prints one line: "up", or what is wrong.</summary>
internal static class Holder
{
    public static async Task<int> Run(string stateRoot, string[] command, bool hasServers)
    {
        ProcessSandboxDriver driver = new(new ProcessSandboxOptions { AgentPath = Environment.ProcessPath!, StateRoot = stateRoot }, TimeProvider.System);
        SandboxService service = new()
        {
            Name = "held",
            Command = [Environment.ProcessPath!, .. command],
            WorkFolder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(stateRoot)!, "w")).FullName,
            Folders = [Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)],
            Environment = new Dictionary<string, string> { ["LOOP_TEST_MARK"] = stateRoot },
            Port = 8080,
        };
        SandboxPlan plan = new() { Services = [service], RecordedHosts = ["stock"], Dependencies = hasServers ? [Server(ServerKind.Postgresql, service), Server(ServerKind.Redis, service)] : [] };
        await using ISandbox sandbox = await driver.Prepare(plan, CancellationToken.None);
        SandboxFailure? failure = await sandbox.Start(CancellationToken.None);
        Console.WriteLine(failure is null ? await Call(sandbox) : failure.Reason);
        // Ends when the input does, which a killed holder does not live to see.
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static DependencyPlan Server(ServerKind kind, SandboxService service) => new()
    {
        Name = kind is ServerKind.Redis ? "cache" : "database",
        Kind = kind,
        Service = service.Name,
        Port = kind is ServerKind.Redis ? 6379 : 5432,
        User = "shop",
        Seed = new StateStatements(kind is ServerKind.Redis ? "SET a 1" : "CREATE TABLE items (name text)"),
        Environment = service.Environment,
    };

    private static async Task<string> Call(ISandbox sandbox)
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancellationToken) => await sandbox.Dial("held", 8080, cancellationToken) };
        using HttpClient client = new(handler);
        return await client.GetStringAsync(new Uri("http://held/fetch/http://stock/"));
    }
}
