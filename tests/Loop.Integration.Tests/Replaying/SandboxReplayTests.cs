using System.Globalization;
using System.Runtime.Versioning;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

[SupportedOSPlatform("linux")]
public sealed class SandboxReplayTests(KeptShop shop)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The property that replay stands on: whoever runs, the failure happens again if its own service does, and nothing is claimed if it does not.</summary>
    [Fact]
    public async Task Shop_AnyLiveSet_ReproducesWithTheOriginAndClaimsNothingWithout()
    {
        await using LoopServer server = await LoopServer.Start(await shop.Copy());
        string id = await KeptShop.Suggestion(server, Cancellation);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();
        string[] services = ["web", "recommendations", "history"];
        for (int set = 1; set < 1 << services.Length; set++)
        {
            string[] live = [.. services.Where((_, index) => (set & (1 << index)) != 0)];
            ReplayReport report = await server.Replay(id, file, "--live", string.Join(',', live));
            bool hasOrigin = live.Contains("history");
            Assert.True((report.Verdict, report.Row) == (hasOrigin ? (Verdict.Reproduced, "R1") : (Verdict.Inconclusive, "V2")), $"{string.Join(',', live)}: {report.Verdict} {report.Row} {report.Reason}");
            Assert.Empty(report.Divergences);
        }

        ReplayReport mended = await server.Replay(id, sandbox.File(isFixed: true), "--live", "web,recommendations,history");
        Assert.Equal((Verdict.Fixed, "F3"), (mended.Verdict, mended.Row));
        ReplayReport other = await server.Replay(id, sandbox.File(isFixed: true, extra: "timeZone: Asia/Tokyo\n"), "--live", "history");
        Assert.Equal((Verdict.Inconclusive, "F2"), (other.Verdict, other.Row));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Shop_APartOfTheTreeOrOfTheFile_IsWhatRuns()
    {
        await using LoopServer server = await LoopServer.Start(await shop.Copy());
        string id = await KeptShop.Suggestion(server, Cancellation);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();
        using LoopApi api = new(server.Http);
        int history = (await api.Show(id, Cancellation)).Hops.Single(hop => hop.Destination == "history").Number;

        // All three could run; only what lies at and below the hop is driven.
        ReplayReport part = await server.Replay(id, file, "--from-hop", history.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((Verdict.Reproduced, "R1", 1), (part.Verdict, part.Row, part.ObservedHops));
        Assert.Contains("has no hop '99'", await server.ReplayRefusal(id, file, "--from-hop", "99"));

        ReplayReport recorded = await server.Replay(id, file, "--recorded", "web, recommendations,payments");
        Assert.Equal((Verdict.Reproduced, "R1", "history"), (recorded.Verdict, recorded.Row, string.Join(' ', recorded.Sandbox!.Live)));
        Assert.Contains("'mail' is no service of the sandbox file", await server.ReplayRefusal(id, file, "--recorded", "mail"));

        (int code, string output, string errors) = await Loopctl.Run(server.Http, "replay", id, "--sandbox", file, "--live", "history", "--against", sandbox.File(isFixed: true));
        Assert.True(code == (int)Verdict.Fixed, output + errors);
        Assert.Contains("baseline: reproduced (", errors);
        Assert.Contains("verdict: fixed", output);
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Shop_FileThatCannotBeUsed_IsRefusedWithWhatToDo()
    {
        await using LoopServer server = await LoopServer.Start(await shop.Copy());
        string id = await KeptShop.Suggestion(server, Cancellation);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();

        Assert.Contains("web.yaml does not exist", await server.ReplayRefusal(id, Path.Combine(Path.GetDirectoryName(file)!, "web.yaml")));
        Assert.Contains("'mail' is no service of the sandbox file", await server.ReplayRefusal(id, file, "--live", "mail"));
        Assert.Contains("No hop of", await server.ReplayRefusal(id, file, "--live", "payments"));
        Assert.Contains("'9' names no hop", await server.ReplayRefusal(id, file, "--judge", "9"));
        string faulty = sandbox.File(extra: "clok: real\n");
        Assert.Contains("did you mean 'clock'", await server.ReplayRefusal(id, faulty));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        Assert.Contains("can be written by others", await server.ReplayRefusal(id, file));
    }
}
