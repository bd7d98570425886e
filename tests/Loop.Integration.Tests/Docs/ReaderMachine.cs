using System.Diagnostics;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.Samples.Demo.Proxies;

namespace Loop.Integration.Tests.Docs;

/// <summary>What a reader of the pages has: a server, the shop as the demo leaves it, and a checkout to stand in. Ports are free ones in place of the usual.</summary>
internal sealed class ReaderMachine : IAsyncDisposable
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(2);
    private readonly Owned _owned = new();
    private readonly LoopServer _server;
    private readonly DemoPorts _ports;
    private readonly string _directory = Directory.CreateTempSubdirectory("loop-docs-").FullName;

    private ReaderMachine(LoopServer server)
    {
        _server = server;
        _ports = DemoPorts.Free() with { Capture = server.Capture!.Port, Http = server.Http.Port };
    }

    /// <summary>A kept and sealed conversation.</summary>
    public string ConversationId { get; private set; } = "";

    public static async Task<ReaderMachine> Start(CancellationToken cancellationToken)
    {
        var machine = new ReaderMachine(await LoopServer.Start());
        await machine.StartShop(cancellationToken);
        await machine.BreakSomething(cancellationToken);
        return machine;
    }

    /// <summary>Runs what a reader pastes and returns its exit code and everything it printed.</summary>
    public async Task<(int ExitCode, string Output)> Run(string commands, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("bash", ["-e", "-c", WithOurPorts(commands)])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LOOP_URL"] = _server.Http.ToString();
        start.Environment["ID"] = ConversationId;
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{start.Environment["PATH"]}";
        using Process shell = Process.Start(start)!;
        Task<string> output = shell.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = shell.StandardError.ReadToEndAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken).WaitAsync(CommandLimit, cancellationToken);
        return (shell.ExitCode, await output + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        await _owned.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartShop(CancellationToken cancellationToken)
    {
        // The launcher would build; a reader's has built already.
        File.CreateSymbolicLink(Path.Combine(_directory, "loop"), Path.Combine(AppContext.BaseDirectory, "loopctl"));
        string programs = Directory.CreateDirectory(Path.Combine(_directory, "samples/shop/Loop.Samples.Demo/bin/Release")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(programs, "net10.0"), Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string logs = Path.Combine(_directory, "logs");
        LaptopProxies proxies = _owned.Add(new LaptopProxies(Path.Combine(AppContext.BaseDirectory, "loopctl"), "the pages need none", _ports, logs, TimeProvider.System));
        ShopProcesses shop = _owned.Add(new ShopProcesses(logs, TimeProvider.System));
        await Task.WhenAll(proxies.StartAsync(cancellationToken), shop.StartBehindProxiesAsync(_ports, cancellationToken));
        await shop.StartCopyAsync(_ports.Sandbox, isFixed: false, cancellationToken);
        await shop.StartCopyAsync(_ports.FixedSandbox, isFixed: true, cancellationToken);
    }

    private async Task BreakSomething(CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var order = new StringContent("""{"customer":"me","products":["tent"]}""", System.Text.Encoding.UTF8, "application/json");
        (await client.PostAsync(new Uri($"http://127.0.0.1:{_ports.Services["web"].Inbound}/suggestions"), order, cancellationToken)).Dispose();
        using var api = new LoopApi(_server.Http);
        IReadOnlyList<ConversationSummary> kept = await api.ListUntil(list => list is [{ State: ConversationState.Sealed }], "one sealed conversation", cancellationToken);
        ConversationId = kept[0].Id;
    }

    // The pages name the ports of ./loop demo.
    private string WithOurPorts(string commands) => commands
        .Replace(":9080", $":{_ports.Services["web"].Inbound}", StringComparison.Ordinal)
        .Replace(":9092", $":{_ports.Sandbox["web"]}", StringComparison.Ordinal)
        .Replace(":9095", $":{_ports.Sandbox["history"]}", StringComparison.Ordinal)
        .Replace(":9096", $":{_ports.FixedSandbox["web"]}", StringComparison.Ordinal)
        .Replace(":5678", $":{_server.Capture!.Port}", StringComparison.Ordinal)
        .Replace(":5680", $":{_server.Http.Port}", StringComparison.Ordinal);
}
