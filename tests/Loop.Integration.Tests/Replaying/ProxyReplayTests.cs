using System.Runtime.Versioning;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>What proxies did between services, the time limit and the second try, happens again in a sandbox that has no proxies.</summary>
[SupportedOSPlatform("linux")]
public sealed class ProxyReplayTests : IDisposable
{
    private readonly PatientMesh _files = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task TimeLimit_OfASlowService_IsPlayedAndDecidesOnlyFarFromTheLimit()
    {
        await using LoopServer server = await LoopServer.Start();
        ConversationDetail kept = await PatientMesh.Keep(server, "/order", Cancellation);
        HopView origin = kept.Hops.Single(hop => hop.Id == kept.OriginHopId);
        Assert.Equal(("orders", "status 504"), (origin.Destination, origin.Failure));

        ReplayReport again = await Replay(server, kept, _files.File("buggy"), (Verdict.Reproduced, "R4"));
        Assert.Empty(again.Divergences);
        Assert.Equal(502, again.ReplayedStatus);
        await Replay(server, kept, _files.File("buggy", "orders"), (Verdict.Reproduced, "R4"));

        await Replay(server, kept, _files.File("fixed"), (Verdict.Fixed, "F3"));
        // Too slow at another place: it never asked for the price.
        ReplayReport other = await Replay(server, kept, _files.File("idle"), (Verdict.Inconclusive, "R3"));
        Assert.Contains("other calls were open when it ended", other.Reason, StringComparison.Ordinal);
        ReplayReport near = await Replay(server, kept, _files.File("near"), (Verdict.Inconclusive, "R3"));
        Assert.Matches("orders answered [0-9]+ ms after the limit .status 200.", near.Reason);
        await Replay(server, kept, _files.File("failing"), (Verdict.Diverged, "D2"));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task TimeLimit_OfAServiceThatWaitsForARecordedOne_IsPlayedWithThatCallOpen()
    {
        await using LoopServer server = await LoopServer.Start();
        ConversationDetail kept = await PatientMesh.Keep(server, "/patient", Cancellation);
        Assert.Equal("orders", kept.Hops.Single(hop => hop.Id == kept.OriginHopId).Destination);

        await Replay(server, kept, _files.File("buggy"), (Verdict.Reproduced, "R4"));
        await Replay(server, kept, _files.File("fixed"), (Verdict.Fixed, "F3"));
        await Replay(server, kept, _files.File("idle"), (Verdict.Inconclusive, "R3"));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Retry_ThatHidTheFailure_IsMadeAgainAndHidesItAgain()
    {
        await using LoopServer server = await LoopServer.Start();
        ConversationDetail kept = await PatientMesh.Keep(server, "/flaky", Cancellation);
        HopView origin = kept.Hops.Single(hop => hop.Id == kept.OriginHopId);
        Assert.Equal((true, 2, true), (kept.Recovered, origin.Attempts, origin.Recovered));

        ReplayReport again = await Replay(server, kept, _files.File("buggy"), (Verdict.Reproduced, "R1"));
        Assert.Empty(again.Divergences);
        Assert.Equal(200, again.ReplayedStatus);
        await Replay(server, kept, _files.File("buggy", "orders"), (Verdict.Reproduced, "R1"));

        ReplayReport mended = await Replay(server, kept, _files.File("fixed"), (Verdict.Fixed, "F3"));
        Assert.Contains(mended.Divergences, divergence => divergence is { Place: "attempts", Recorded: "2", Replayed: "1" });
        // Another status: nobody knows whether the proxy would have tried again.
        ReplayReport other = await Replay(server, kept, _files.File("failing"), (Verdict.Diverged, "D2"));
        Assert.Equal(502, other.ReplayedStatus);
        Assert.Empty(server.Errors);
    }

    private static async Task<ReplayReport> Replay(LoopServer server, ConversationDetail kept, string file, (Verdict Verdict, string Row) expected)
    {
        ReplayReport report = await server.Replay(kept.Id, file);
        Assert.True(expected == (report.Verdict!.Value, report.Row), $"{Path.GetFileName(file)}: {report.Verdict} {report.Row} {report.Reason}; {string.Join("; ", report.Divergences)}");
        Assert.Equal("sealed", report.Evidence);
        return report;
    }
}
