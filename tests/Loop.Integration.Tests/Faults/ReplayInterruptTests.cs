using System.Diagnostics;
using System.Runtime.Versioning;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Replaying;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Somebody who presses Ctrl-C, and again, because the service of the sandbox does not get ready.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReplayInterruptTests(KeptShop shop) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly string _root = Directory.CreateTempSubdirectory("loop-ri-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task CtrlCTwice_EndsTheReplayWithoutAVerdictAndLeavesNothing()
    {
        await using LoopServer server = await LoopServer.Start(await shop.Copy(), Leftovers.Environment(_root));
        string conversation = await KeptShop.Suggestion(server, Cancellation);
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "loopctl"), ["replay", conversation, "--sandbox", SilentService()]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LOOP_URL"] = server.Http.ToString();
        using Process loopctl = Process.Start(start)!;
        Task<string> told = loopctl.StandardError.ReadToEndAsync(Cancellation);
        ReplayReport running = await server.ReportUntil(null, report => report.Stage.StartsWith("run ", StringComparison.Ordinal) || report.Verdict is not null, Cancellation);
        Assert.True(running.Verdict is null, $"{running.Row}: {running.Reason}");

        await Interrupt(loopctl);
        await Interrupt(loopctl);
        await loopctl.WaitForExitAsync(Cancellation).WaitAsync(Limit, Cancellation);
        Assert.NotEqual(0, loopctl.ExitCode);
        Assert.Contains(running.Id, await told, StringComparison.Ordinal);

        ReplayReport ended = await server.ReportUntil(null, report => report.Verdict is not null, Cancellation);
        Assert.Equal((Verdict.Inconclusive, "V1"), (ended.Verdict, ended.Row));
        Assert.Contains("cancelled", ended.Reason, StringComparison.Ordinal);
        Leftovers.AssertNoSandbox(_root);
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
}
