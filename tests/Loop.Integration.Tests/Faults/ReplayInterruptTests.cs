using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Replaying;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Somebody who presses Ctrl-C, and again, because the service of the sandbox does not get ready.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReplayInterruptTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly string _root = Directory.CreateTempSubdirectory("loop-ri-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task CtrlCTwice_EndsTheReplayWithoutAVerdictAndLeavesNothing()
    {
        string runtime = Directory.CreateDirectory(Path.Combine(_root, "run")).FullName;
        await using LoopServer server = await LoopServer.Start(environment: new Dictionary<string, string>(FastTimes.Environment) { ["XDG_RUNTIME_DIR"] = runtime });
        string conversation = await KeptShop.Suggestion(server, Cancellation);
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "loopctl"), ["replay", conversation, "--sandbox", SilentService()]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LOOP_URL"] = server.Http.ToString();
        using Process loopctl = Process.Start(start)!;
        Task<string> told = loopctl.StandardError.ReadToEndAsync(Cancellation);
        ReplayReport running = await Until(server, report => report.Stage.StartsWith("run ", StringComparison.Ordinal) || report.Verdict is not null);
        Assert.True(running.Verdict is null, $"{running.Row}: {running.Reason}");

        await Interrupt(loopctl);
        await Interrupt(loopctl);
        await loopctl.WaitForExitAsync(Cancellation).WaitAsync(Limit, Cancellation);
        Assert.NotEqual(0, loopctl.ExitCode);
        Assert.Contains(running.Id, await told, StringComparison.Ordinal);

        ReplayReport ended = await Until(server, report => report.Verdict is not null);
        Assert.Equal((Verdict.Inconclusive, "V1"), (ended.Verdict, ended.Row));
        Assert.Contains("cancelled", ended.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(runtime, "loop-sandboxes")));
        Assert.Empty(server.Errors);
    }

    private static async Task Interrupt(Process process)
    {
        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
        await kill.WaitForExitAsync(Cancellation);
    }

    private string SilentService()
    {
        string path = Path.Combine(_root, "loop-sandbox.yaml");
        File.WriteAllText(path, $"version: 1\nservices:\n  history:\n    command: [\"{Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs")}\", silent]\n    port: 8080\n    state: none\n");
        return path;
    }

    private static async Task<ReplayReport> Until(LoopServer server, Func<ReplayReport, bool> isThere)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limit);
        using HttpClient client = new() { BaseAddress = server.Http };
        while (true)
        {
            ReplayReport[] reports = (await client.GetFromJsonAsync<ReplayReport[]>("/api/v1/replays", LoopJson.Options, limit.Token))!;
            if (reports is [ReplayReport report] && isThere(report))
                return report;
            await Task.Delay(20, limit.Token);
        }
    }
}
