using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations.Tree;
using Xunit;

namespace Loop.Store.Core.Tests.Conversations.Tree;

public sealed class CoherenceTests
{
    private readonly ExchangeSketch _sketch = new();

    [Fact]
    public void Judge_EverythingThere_IsComplete()
    {
        CoherenceReport report = Judge(new ConversationTreeTests().Shop());

        Assert.True(report.Complete);
        Assert.Equal((7, 7), (report.Expected, report.Present));
    }

    [Theory]
    [InlineData("evicted")]
    [InlineData("node restarted")]
    [InlineData("shed")]
    [InlineData("node did not answer")]
    [InlineData("still open")]
    [InlineData("never seen")]
    public void Judge_ServerViewOfACapturedServiceIsMissing_SaysWhy(string why)
    {
        RecordedExchange[] exchanges = [_sketch.Server("web", "/", 100, 200), _sketch.Client("web", "/pay", 110, 120, local: "w:1", remote: "p:80")];
        NodeAnswer answer = Answer(why);
        var facts = new CollectionFacts(
            why == "node did not answer" ? [] : [answer],
            why == "node did not answer" ? [new NodeDidNotAnswer("n2", "link broken", ExchangeSketch.Start)] : [],
            why == "still open" ? 1 : 0);
        RecordedExchange[] withDestination = [.. exchanges, _sketch.Server("x", "/pay", 300, 310, requestId: "other", local: "q:80")];

        ConversationTree tree = ConversationTree.Build(withDestination);
        CoherenceReport report = Coherence.Judge(tree, [.. withDestination, _sketch.Server("p:80", "/", 0, 1)], facts);

        MissingView missing = Assert.Single(report.Missing, view => view.What.StartsWith("server view of x ", StringComparison.Ordinal));
        Assert.Equal(why, missing.Why);
        Assert.False(report.Complete);
    }

    [Fact]
    public void Judge_ProxyAnsweredWithoutAnUpstream_ExpectsNoServerView()
    {
        RecordedExchange[] exchanges = [_sketch.Client("web", "/pay", 10, 12, 503, details: "no_healthy_upstream"), _sketch.Server("x", "/other", 0, 1)];

        Assert.True(Judge(exchanges).Complete);
    }

    [Fact]
    public void Judge_UncapturedDestination_IsNotExpected()
    {
        RecordedExchange[] exchanges = [_sketch.Server("web", "/", 0, 100), _sketch.Client("web", "/mail", 10, 12, local: "w:1", remote: "m:25")];

        Assert.True(Judge(exchanges).Complete);
    }

    [Fact]
    public void Judge_NodeRestartedAfterACallBegan_ExpectsBothSidesOfIt()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Client("web", "/pay", 10, 90, local: "w:1", remote: "p:80", spanIn: "a", spanOut: "b"),
            _sketch.Server("stock", "/take", 20, 30, spanIn: "c", spanOut: "d", requestId: "r2"),
        ];

        CoherenceReport cut = Coherence.Judge(ConversationTree.Build(exchanges), exchanges, new CollectionFacts([Answer("node restarted")], [], 0));

        Assert.Equal(["server view of x GET /pay: node restarted", "client view of stock GET /take: node restarted"], cut.Missing.Select(missing => $"{missing.What}: {missing.Why}"));
    }

    [Theory]
    [InlineData("n1", 1, "never seen")]
    [InlineData("n1", 0, "node restarted")]
    [InlineData("n2", 1, "node did not answer")]
    public void Judge_ExchangeThatTriggeredIsNotThere_IsMissing(string node, long epoch, string why)
    {
        var facts = new CollectionFacts([Answer("") with { Epoch = 1 }], [], 0, new ExchangeId(node, epoch, 7));

        CoherenceReport report = Coherence.Judge(ConversationTree.Build([]), [], facts);

        Assert.Equal(new MissingView(null, "the exchange that triggered", why), Assert.Single(report.Missing));
        Assert.Equal((1, 0, false), (report.Expected, report.Present, report.Complete));
    }

    [Theory]
    [InlineData(-10, -5, false)]
    [InlineData(50, -5, false)]
    [InlineData(50, 20, true)]
    [InlineData(-10, 20, false)]
    [InlineData(50, null, false)]
    public void Judge_HealthyConversation_IsIncompleteOnlyWhereEvictionsOfItsTimeAreForgotten(int horizon, int? evictionsSince, bool isIncomplete)
    {
        NodeAnswer answer = Answer("") with { Horizon = ExchangeSketch.Start.AddMilliseconds(horizon), EvictionsSince = evictionsSince is { } since ? ExchangeSketch.Start.AddMilliseconds(since) : null };
        RecordedExchange[] exchanges = [_sketch.Server("web", "/", 0, 100)];

        CoherenceReport report = Coherence.Judge(ConversationTree.Build(exchanges), exchanges, new CollectionFacts([answer], [], 0));

        Assert.Equal(isIncomplete ? ["evicted"] : [], report.Missing.Select(missing => missing.Why));
        Assert.Equal(!isIncomplete, report.Complete);
    }

    [Fact]
    public void Judge_EvictedExchangeThatNothingPointsTo_IsMissing()
    {
        RecordedExchange[] exchanges = [_sketch.Server("web", "/", 0, 100)];
        var entry = new JournalEntry(LossReason.Evicted, ExchangeSketch.Start, TraceKey.FromRequestId("r1")!.Value, new ExchangeId("n1", 1, 99));

        Assert.Equal("evicted", Assert.Single(Report(entry).Missing).Why);
        Assert.True(Report(entry with { Exchange = exchanges[0].Exchange.Id }).Complete, "it was recorded before it was evicted");

        CoherenceReport Report(JournalEntry loss) =>
            Coherence.Judge(ConversationTree.Build(exchanges), exchanges, new CollectionFacts([Answer("") with { Losses = [loss] }], [], 0));
    }

    [Fact]
    public void Judge_ExchangesBeyondTheCap_AreMissing()
    {
        RecordedExchange[] exchanges = [_sketch.Server("web", "/", 0, 100)];

        CoherenceReport report = Coherence.Judge(ConversationTree.Build(exchanges), exchanges, new CollectionFacts([], [], 0, Refused: 7));

        Assert.Equal(("truncated", false), (Assert.Single(report.Missing).Why, report.Complete));
    }

    private static CoherenceReport Judge(RecordedExchange[] exchanges) =>
        Coherence.Judge(ConversationTree.Build(exchanges), exchanges, new CollectionFacts([], [], 0));

    private static NodeAnswer Answer(string why) => new()
    {
        Node = "n1",
        Epoch = 1,
        StartedAt = why == "node restarted" ? ExchangeSketch.Start.AddSeconds(1) : ExchangeSketch.Start.AddSeconds(-10),
        Horizon = why == "evicted" ? ExchangeSketch.Start.AddSeconds(1) : null,
        OpenCount = 0,
        Watches = ["x/server"],
        Losses = why == "shed" ? [new JournalEntry(LossReason.Shed, ExchangeSketch.Start, TraceKey.FromRequestId("r1")!.Value)] : [],
        At = ExchangeSketch.Start.AddSeconds(2),
    };
}
