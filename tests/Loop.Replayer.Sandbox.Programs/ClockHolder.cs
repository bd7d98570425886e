using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A replayer that asks a service for its time and prints two lines: the answer, and what was found out about the clock.</summary>
internal static class ClockHolder
{
    public static async Task<int> Run(string stateRoot, DateTimeOffset start)
    {
        ProcessSandboxDriver driver = new(new ProcessSandboxOptions { AgentPath = Environment.ProcessPath!, StateRoot = stateRoot }, TimeProvider.System);
        SandboxService service = new()
        {
            Name = "clock",
            Command = [Environment.ProcessPath!, "web", "8080"],
            WorkFolder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(stateRoot)!, "w")).FullName,
            Folders = [Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)],
            Port = 8080,
        };
        ClockPlan clock = new() { Mode = ClockMode.Shifted, Start = start };
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [service], Clock = clock }, CancellationToken.None);
        if (await sandbox.Start(CancellationToken.None) is { } failure)
        {
            Console.WriteLine(failure.Reason);
            return 1;
        }

        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancellationToken) => await sandbox.Dial("clock", 8080, cancellationToken) };
        using HttpClient client = new(handler);
        Console.WriteLine(await client.GetStringAsync(new Uri("http://clock/clock/now")));
        await foreach (SandboxObservation observation in sandbox.Observations.ReadAllAsync())
        {
            if (observation is not ClockProbed probed)
                continue;
            Console.WriteLine(probed.Reach);
            break;
        }

        return 0;
    }
}
