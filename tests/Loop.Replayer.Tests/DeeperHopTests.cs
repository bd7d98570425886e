using System.Net;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

/// <summary>What capture nodes see of a replay takes part in the verdict.</summary>
public sealed class DeeperHopTests
{
    private const string Cause = """{"error":"card is null"}""";
    private const string Passed = """{"error":"payment failed"}""";

    [Fact]
    public async Task OriginSeenAgain_IsReproduced()
    {
        (Recording recording, FakeStore store) = Shop();
        See(store, 11, "payments", 500, Cause);

        ReplayReport report = await Replay(recording, store, 500, Passed);

        Assert.Equal((Verdict.Reproduced, "R1", 1), (report.Verdict, report.Row, report.ObservedHops));
        Assert.StartsWith("payments POST /charge #1", report.Reason, StringComparison.Ordinal);
        Assert.Empty(report.Divergences);
    }

    [Fact]
    public async Task OriginWithOtherCause_IsDivergedThoughTheEntryIsEqual()
    {
        (Recording recording, FakeStore store) = Shop();
        See(store, 11, "payments", 500, """{"error":"disk full"}""");

        ReplayReport report = await Replay(recording, store, 500, Passed);

        Assert.Equal((Verdict.Diverged, "D1"), (report.Verdict, report.Row));
        Assert.Equal(("payments POST /charge #1", "body $.error"), (report.Divergences[0].Hop, report.Divergences[0].Place));
    }

    [Fact]
    public async Task FirstDivergence_IsTheCause()
    {
        (Recording recording, FakeStore store) = Shop();
        See(store, 11, "payments", 200, "{}", request: """{"amount":2}""");

        ReplayReport report = await Replay(recording, store, 200, "{}");

        Assert.Equal(
            [("payments POST /charge #1", "request body $.amount"), ("payments POST /charge #1", "status"), ("payments POST /charge #1", "body $.error"), ("entry", "status"), ("entry", "body $.error")],
            report.Divergences.Select(divergence => (divergence.Hop, divergence.Place)));
        Assert.Equal("F2", report.Row);
    }

    [Fact]
    public async Task ExtraCall_IsADivergence()
    {
        (Recording recording, FakeStore store) = Shop();
        See(store, 11, "payments", 500, Cause);
        See(store, 12, "payments", 500, Cause);

        ReplayReport report = await Replay(recording, store, 500, Passed);

        Assert.Contains(report.Divergences, divergence => divergence is { Hop: "payments POST /charge", Place: "call extra" });
    }

    [Fact]
    public async Task MissingCall_IsJudgedOnlyWhereItsProxyWatches()
    {
        (Recording recording, FakeStore store) = Shop(callerView: true);
        Exchange other = recording.Exchange(12, "web", ExchangeView.Client, "GET", "/stock", 200, "{}");
        store.Seen.Add(other);

        ReplayReport report = await Replay(recording, store, 500, Passed);

        Assert.Contains(report.Divergences, divergence => divergence is { Hop: "payments POST /charge #1", Place: "call missing", Recorded: "status 500" });
        Assert.Equal((Verdict.Diverged, "D3"), (report.Verdict, report.Row));
    }

    [Fact]
    public async Task UnseenCall_IsNamedAndNotMissing()
    {
        (Recording recording, FakeStore store) = Shop();

        ReplayReport report = await Replay(recording, store, 500, Passed);

        Assert.Equal((Verdict.Reproduced, "R1"), (report.Verdict, report.Row));
        Assert.Empty(report.Divergences);
        Assert.Contains(report.Ignored, line => line.StartsWith("payments POST /charge #1: no capture node", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, Verdict.Reproduced, "R2")]
    [InlineData(2, Verdict.Inconclusive, "R3")]
    public async Task WeakEntry_NeedsTheSameCallsBefore(int amount, Verdict verdict, string row)
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 500, "", "{}", source: "client");
        recording.Hop("payments", "POST", "/charge", 200, "{}", """{"amount":1}""", parent: "hop-1");
        FakeStore store = new() { Nodes = { "node-1" } };
        See(store, 11, "payments", 200, "{}", request: $$"""{"amount":{{amount}}}""");

        ReplayReport report = await Replay(recording, store, 500, "");

        Assert.Equal((verdict, row), (report.Verdict, report.Row));
    }

    [Fact]
    public async Task HiddenFailure_Unseen_IsInconclusive()
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 200, "{}", "{}", source: "client");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, Cause, "{}", parent: "hop-1");

        ReplayReport report = await Replay(recording, new FakeStore(), 200, "{}");

        Assert.Equal((Verdict.Inconclusive, "V2"), (report.Verdict, report.Row));
    }

    [Fact]
    public async Task EntryMadeByTheProxy_IsInconclusive()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 503, "upstream connect error", "{}", source: "client", contentType: "text/plain", change: exchange => exchange with
        {
            ResponseCodeDetails = "upstream_reset_before_response_started{connection_termination}",
            ResponseFlags = ["UC"],
        });

        ReplayReport report = await Replay(recording, new FakeStore(), 503, "upstream connect error");

        Assert.Equal((Verdict.Inconclusive, "V3"), (report.Verdict, report.Row));
    }

    private static (Recording Recording, FakeStore Store) Shop(bool callerView = false)
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 500, Passed, "{}", source: "client");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, Cause, """{"amount":1}""", parent: "hop-1", view: callerView ? ExchangeView.Client : ExchangeView.Server);
        return (recording, new FakeStore { Nodes = { "node-1" } });
    }

    private static void See(FakeStore store, int number, string service, int status, string body, string request = """{"amount":1}""")
    {
        Recording seen = new();
        store.Seen.Add(seen.Exchange(number, service, ExchangeView.Server, "POST", "/charge", status, body, request));
        foreach ((string sha256, byte[] bytes) in seen.Bodies)
            store.ReplayBodies[sha256] = bytes;
    }

    private static async Task<ReplayReport> Replay(Recording recording, FakeStore store, int status, string body)
    {
        await using TestDestination destination = await TestDestination.Answering(status, body, status == 503 ? "text/plain" : "application/json");
        await using ReplayerHost host = await ReplayerHost.Start(recording, store);
        return await host.Replay(destination.Name);
    }
}
