using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

[SupportedOSPlatform("linux")]
public sealed class SandboxReplayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The property that replay stands on: whoever runs, the failure happens again if its own service does, and nothing is claimed if it does not.</summary>
    [Fact]
    public async Task Shop_AnyLiveSet_ReproducesWithTheOriginAndClaimsNothingWithout()
    {
        await using LoopServer server = await LoopServer.Start();
        string id = await KeptShop.Suggestion(server, Cancellation);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();
        string[] services = ["web", "recommendations", "history"];
        for (int set = 1; set < 1 << services.Length; set++)
        {
            string[] live = [.. services.Where((_, index) => (set & (1 << index)) != 0)];
            ReplayReport report = await Replay(server, id, file, "--live", string.Join(',', live));
            bool hasOrigin = live.Contains("history");
            Assert.True((report.Verdict, report.Row) == (hasOrigin ? (Verdict.Reproduced, "R1") : (Verdict.Inconclusive, "V2")), $"{string.Join(',', live)}: {report.Verdict} {report.Row} {report.Reason}");
            Assert.Empty(report.Divergences);
        }

        ReplayReport mended = await Replay(server, id, sandbox.File(isFixed: true), "--live", "web,recommendations,history");
        Assert.Equal((Verdict.Fixed, "F3"), (mended.Verdict, mended.Row));
        ReplayReport other = await Replay(server, id, sandbox.File(isFixed: true, extra: "timeZone: Asia/Tokyo\n"), "--live", "history");
        Assert.Equal((Verdict.Inconclusive, "F2"), (other.Verdict, other.Row));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Shop_FileThatCannotBeUsed_IsRefusedWithWhatToDo()
    {
        await using LoopServer server = await LoopServer.Start();
        string id = await KeptShop.Suggestion(server, Cancellation);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();

        Assert.Contains("web.yaml does not exist", await Refusal(server, id, Path.Combine(Path.GetDirectoryName(file)!, "web.yaml")));
        Assert.Contains("'mail' is no service of the sandbox file", await Refusal(server, id, file, "--live", "mail"));
        Assert.Contains("No hop of", await Refusal(server, id, file, "--live", "payments"));
        Assert.Contains("'9' names no hop", await Refusal(server, id, file, "--judge", "9"));
        string faulty = sandbox.File(extra: "clok: real\n");
        Assert.Contains("did you mean 'clock'", await Refusal(server, id, faulty));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        Assert.Contains("can be written by others", await Refusal(server, id, file));
    }

    private static async Task<ReplayReport> Replay(LoopServer server, string id, string file, params string[] options)
    {
        (int code, string output, string errors) = await Loopctl.Run(server.Http, ["replay", id, "--sandbox", file, "--json", .. options]);
        ReplayReport report = JsonSerializer.Deserialize<ReplayReport>(output, LoopJson.Options) ?? throw new InvalidOperationException(errors);
        if (report.Sandbox!.UnsealedBecause is { } reason)
            Assert.Skip(reason);
        Assert.Equal(((int)report.Verdict!.Value, "sealed"), (code, report.Evidence));
        return report;
    }

    private static async Task<string> Refusal(LoopServer server, string id, string file, params string[] options)
    {
        (int code, _, string errors) = await Loopctl.Run(server.Http, ["replay", id, "--sandbox", file, .. options]);
        Assert.InRange(code, 64, 127);
        return errors;
    }
}
