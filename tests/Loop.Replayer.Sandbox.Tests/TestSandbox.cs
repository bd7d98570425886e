using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>A sandbox whose agent and services are the programs of these tests.</summary>
internal static class TestSandbox
{
    private static readonly string Root = MakeRoot();
    private static readonly Lazy<Task<string?>> Obstacle = new(() => Driver().FindObstacle(CancellationToken.None));

    /// <summary>The executable of Loop.Replayer.Sandbox.Programs.</summary>
    public static string Programs { get; } = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");

    public static ProcessSandboxDriver Driver(string? unsealedReason = null) =>
        new(new ProcessSandboxOptions { AgentPath = Programs, StateRoot = StateRoot, UnsealedReason = unsealedReason }, TimeProvider.System);

    /// <summary>The folder of all sandboxes of this run.</summary>
    public static string StateRoot { get; } = Path.Combine(Root, "s");

    /// <summary>A driver; where the kernel gives no namespaces the test ends here.</summary>
    public static async Task<ProcessSandboxDriver> Required()
    {
        if (await Obstacle.Value is { } obstacle)
            Assert.Skip(obstacle);
        return Driver();
    }

    /// <summary>A service that is one of the test programs.</summary>
    public static SandboxService Service(string name, int port, params string[] arguments) => new()
    {
        Name = name,
        Command = [Programs, .. arguments],
        WorkFolder = Directory.CreateDirectory(Path.Combine(Root, "w", Guid.NewGuid().ToString("n"))).FullName,
        Folders = [Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)],
        Environment = new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "0" },
        Port = port,
    };

    public static SandboxService Web(string name, int port) => Service(name, port, "web", port.ToString());

    /// <summary>GET over a connection of the driver.</summary>
    public static async Task<string> Get(ISandbox sandbox, string service, int port, string path)
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancellationToken) => await sandbox.Dial(service, port, cancellationToken) };
        using HttpClient client = new(handler);
        return await client.GetStringAsync(new Uri($"http://{service}:{port}{path}"), TestContext.Current.CancellationToken);
    }

    // One folder for everything that a run makes, gone when it ends.
    private static string MakeRoot()
    {
        string root = Directory.CreateTempSubdirectory("loop-sandbox-tests-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }
}
