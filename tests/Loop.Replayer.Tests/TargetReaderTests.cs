using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

public sealed class TargetReaderTests
{
    [Theory]
    [InlineData("via_upstream", "UC", false)]
    [InlineData("upstream_reset_after_response_started{connection_termination}", "UC", false)]
    [InlineData("upstream_reset_before_response_started{connection_termination}", "UC", true)]
    [InlineData("response_timeout", "UT", true)]
    [InlineData("no_healthy_upstream", "UH", true)]
    [InlineData("direct_response", "", true)]
    [InlineData(null, "UF", true)]
    [InlineData(null, "", false)]
    public void IsMadeByProxy_FollowsDetailsThenFlags(string? details, string flag, bool expected) =>
        Assert.Equal(expected, TargetReader.IsMadeByProxy(Failed() with { ResponseCodeDetails = details, ResponseFlags = flag.Length == 0 ? [] : [flag] }));

    [Fact]
    public void IsMadeByProxy_BodyBrokenOffByTheUpstreamWithoutDetails_IsTheUpstreams() => Assert.False(TargetReader.IsMadeByProxy(
        Failed() with { ResponseCodeDetails = null, ResponseFlags = ["UC"], End = ExchangeEnd.BrokenOff, BrokenOffBy = BrokenOffBy.Upstream }));

    [Theory]
    [InlineData("whole", false)]
    [InlineData("no request", true)]
    [InlineData("truncated", true)]
    [InlineData("inexact", true)]
    [InlineData("request incomplete", true)]
    [InlineData("upgraded", true)]
    [InlineData("asterisk", true)]
    [InlineData("log alone", true)]
    public void Read_Request_IsWholeOrSaysWhatIsMissing(string flaw, bool incomplete) =>
        Assert.Equal(incomplete, Target(exchange => Flaw(exchange, flaw)).RequestIncomplete is not null);

    [Theory]
    [InlineData(BrokenOffBy.Upstream, false)]
    [InlineData(BrokenOffBy.Unknown, true)]
    [InlineData(BrokenOffBy.Capture, true)]
    public void Read_BrokenOffAnswer_NeedsAKnownParty(BrokenOffBy by, bool incomplete) => Assert.Equal(
        incomplete,
        Target(exchange => exchange with { End = ExchangeEnd.BrokenOff, BrokenOffBy = by, ResponseCodeDetails = null }).EntryEvidenceIncomplete is not null);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"items", Verdict.Reproduced, "R4")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"other", Verdict.Diverged, "D1")]
    [InlineData("", Verdict.Diverged, "D2")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"items\":1", Verdict.Inconclusive, "F2")]
    public async Task Replay_BodyBrokenOffByTheUpstream_IsJudgedByPhaseAndBytes(string answer, Verdict verdict, string row)
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/items", 200, "{\"items\":[", change: exchange => exchange with
        {
            End = ExchangeEnd.BrokenOff,
            BrokenOffBy = BrokenOffBy.Upstream,
            ResponseFlags = ["UPE"],
            ResponseCodeDetails = "upstream_reset_after_response_started{protocol_error}",
        });
        await using RawDestination destination = RawDestination.Answering(answer);
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((verdict, row), (report.Verdict, report.Row));
    }

    [Fact]
    public void Plan_TargetPlace_DependsOnTheSentHop()
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 500, "{}", source: "client");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, "{}", parent: "hop-1");
        recording.Hop("stock", "GET", "/stock", 200, "{}", parent: "hop-1");

        Assert.Equal(
            [TargetPlace.Deeper, TargetPlace.Entry, TargetPlace.Outside],
            new[] { "1", "2", "3" }.Select(hop => Assert.IsType<PlanResult.Planned>(ReplayPlanner.Plan(recording.Detail, recording.Exchanges, hop)).Plan.Place));
        Assert.IsType<PlanResult.UnknownHop>(ReplayPlanner.Plan(recording.Detail, recording.Exchanges, "4"));
        Assert.IsType<PlanResult.StillOpen>(ReplayPlanner.Plan(recording.Detail with { State = ConversationState.Open }, recording.Exchanges, null));
        Assert.IsType<PlanResult.NothingRecorded>(ReplayPlanner.Plan(recording.Detail with { Hops = [] }, [], null));
    }

    private static Exchange Flaw(Exchange exchange, string flaw) => flaw switch
    {
        "no request" => exchange with { Request = null },
        "truncated" => exchange with { Request = exchange.Request! with { Body = exchange.Request.Body with { Truncated = true } } },
        "inexact" => exchange with { Request = exchange.Request! with { Body = exchange.Request.Body with { Exact = false } } },
        "request incomplete" => exchange with { End = ExchangeEnd.RequestIncomplete },
        "upgraded" => exchange with { End = ExchangeEnd.Upgraded },
        "asterisk" => exchange with { Request = exchange.Request! with { Headers = [new(":method", "OPTIONS"), new(":path", "*")] } },
        "log alone" => exchange with { Input = CaptureInput.AccessLog },
        _ => exchange,
    };

    private static Exchange Failed() => new Recording().Exchange(1, "web", ExchangeView.Server, "GET", "/", 503, "x");

    private static ReplayTarget Target(Func<Exchange, Exchange> change)
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/", 500, "{}", change: change);
        ReplayPlan plan = Assert.IsType<PlanResult.Planned>(ReplayPlanner.Plan(recording.Detail, recording.Exchanges, null)).Plan;
        return TargetReader.Read(plan, [], null, null);
    }
}
