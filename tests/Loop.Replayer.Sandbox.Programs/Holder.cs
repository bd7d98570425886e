using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A replayer that holds a sandbox and calls through it until somebody ends it. Prints one line: "up", or what is wrong.</summary>
internal static class Holder
{
    public static async Task<int> Run(string stateRoot, string[] command)
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
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [service], RecordedHosts = ["stock"] }, CancellationToken.None);
        SandboxFailure? failure = await sandbox.Start(CancellationToken.None);
        Console.WriteLine(failure is null ? await Call(sandbox) : failure.Reason);
        // Ends when the input does, which a killed holder does not live to see.
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task<string> Call(ISandbox sandbox)
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancellationToken) => await sandbox.Dial("held", 8080, cancellationToken) };
        using HttpClient client = new(handler);
        return await client.GetStringAsync(new Uri("http://held/fetch/http://stock/"));
    }
}
