using CsCheck;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations.Tree;
using Xunit;

namespace Loop.Store.Core.Tests.Conversations.Tree;

public sealed class ConversationTreeTests
{
    private readonly ExchangeSketch _sketch = new();

    [Fact]
    public void Build_HeadersCopiedWithoutTracing_JoinsViewsByConnectionAndParentsByNesting()
    {
        ConversationTree tree = ConversationTree.Build(Shop());

        Assert.Equal(
            ["1 unknown (9.9.9.9:1)>web root", "2 web>recommendations nesting 1", "3 recommendations>history nesting 2", "4 web>payments nesting 1"],
            Outline(tree));
        Assert.Equal(3, tree.Hops.Single(hop => hop.Id == tree.OriginHopId).Number);
        Assert.All(tree.Hops.Skip(1), hop => Assert.Equal(2, hop.Views.Count));
    }

    [Fact]
    public void Build_GatewayThatPassesTheSamePathOn_IsNotTheCalleeOfItsOwnCall()
    {
        // The request came in without a trace; the proxies gave it a request id, and the gateway calls with the same path.
        RecordedExchange[] exchanges =
        [
            _sketch.Server("front", "/item?id=7", 0, 40, 502, remote: "9.9.9.9:1", local: "f:80"),
            _sketch.Client("front", "/item?id=7", 1, 38, 500, local: "f:9", remote: "c:80", attempts: 1),
            _sketch.Server("core", "/item?id=7", 2, 37, 500, remote: "f:9", local: "c:80", attempt: 1),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal(["1 unknown (9.9.9.9:1)>front root", "2 front>core nesting 1"], Outline(tree));
        Assert.All(tree.Hops, hop => Assert.Equal(1, hop.Attempts));
    }

    [Fact]
    public void Build_InAnyOrder_GivesTheSameTree()
    {
        RecordedExchange[] exchanges = [.. Shop()];
        string[] expected = Outline(ConversationTree.Build(exchanges));
        Gen.Shuffle(exchanges).Sample(shuffled => Assert.Equal(expected, Outline(ConversationTree.Build(shuffled))), iter: 200);
    }

    [Fact]
    public void Build_RetriedCall_IsOneHopWithAServerViewPerAttemptAndRecovered()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Server("web", "/", 0, 100, remote: "9.9.9.9:1"),
            _sketch.Client("web", "/pay", 10, 90, local: "a:3", remote: "p:80", attempts: 3),
            _sketch.Server("payments", "/pay", 11, 20, 503, remote: "a:1", local: "p:80", attempt: 1),
            _sketch.Server("payments", "/pay", 30, 40, 503, remote: "a:2", local: "p:80", attempt: 2),
            _sketch.Server("payments", "/pay", 50, 80, remote: "a:3", local: "p:80", attempt: 3),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal(2, tree.Hops.Count);
        Assert.Equal(4, tree.Hops[1].Views.Count);
        Assert.Equal(3, tree.Hops[1].Attempts);
        Assert.True(tree.Hops[1].Recovered);
        Assert.Null(tree.Hops[1].Failure);
        Assert.True(tree.Recovered);
        Assert.Equal(tree.Hops[1].Id, tree.OriginHopId);
    }

    [Fact]
    public void Build_CallWithItsTries_IsOneHopAndRecovered()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Client("web", "/pay", 10, 90, local: "a:3", remote: "p:80", attempts: 2),
            _sketch.Try("web", "/pay", 11, null, 503, attempt: 1),
            _sketch.Try("web", "/pay", 50, 80, attempt: 2),
            _sketch.Client("web", "/pay", 200, 290, requestId: "r2", attempts: 1),
            _sketch.Try("web", "/pay", 201, 280, requestId: "r2", attempt: 1),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal([3, 2], tree.Hops.Select(hop => hop.Views.Count));
        Assert.Equal([(2, true), (1, false)], tree.Hops.Select(hop => (hop.Attempts, hop.Recovered)));
        Assert.Equal([null, 1, 2], tree.Hops[0].Views.Select(view => view.Attempt));
    }

    [Fact]
    public void Build_TriesWithoutTheirCall_AreOneHop()
    {
        ConversationTree tree = ConversationTree.Build([_sketch.Try("web", "/pay", 11, null, 503, attempt: 1), _sketch.Try("web", "/pay", 50, 80, attempt: 2)]);

        Assert.Equal(2, Assert.Single(tree.Hops).Views.Count);
    }

    [Fact]
    public void Build_ParallelEqualCallsOverOneConnection_PairsEachOnce()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Server("web", "/", 0, 100, remote: "9.9.9.9:1"),
            _sketch.Client("web", "/item", 10, 50, local: "a:1", remote: "i:80", attempts: 1),
            _sketch.Client("web", "/item", 11, 60, local: "a:1", remote: "i:80", attempts: 1),
            _sketch.Server("items", "/item", 12, 49, remote: "a:1", local: "i:80"),
            _sketch.Server("items", "/item", 12, 59, remote: "a:1", local: "i:80"),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal([1, 2, 2], tree.Hops.Select(hop => hop.Views.Count));
    }

    [Fact]
    public void Build_TracingOn_JoinsBySpanEvenWhenTimesMislead()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Server("web", "/a", 0, 100, remote: "9.9.9.9:1", spanIn: "p", spanOut: "w1"),
            _sketch.Server("web", "/b", 1, 100, remote: "9.9.9.9:2", spanIn: "p", spanOut: "w2"),
            _sketch.Client("web", "/x", 20, 50, spanIn: "w1", spanOut: "c1"),
            _sketch.Server("x", "/x", 19, 49, spanIn: "c1", spanOut: "x1"),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        HopView call = tree.Hops.Single(hop => hop.Destination == "x");
        Assert.Equal("span", call.JoinedBy);
        Assert.Equal(tree.Hops.Single(hop => hop.Request!.Path == "/a").Id, call.ParentId);
        Assert.Equal(2, call.Views.Count);
    }

    [Fact]
    public void Build_TwoOpenRequestsOfTheCaller_IsAGuessWithCandidates()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Server("web", "/a", 0, 100),
            _sketch.Server("web", "/b", 5, 100),
            _sketch.Client("web", "/x", 20, 50),
        ];

        HopView call = ConversationTree.Build(exchanges).Hops.Single(hop => hop.Source == "web");

        Assert.Equal("guess", call.JoinedBy);
        Assert.Equal(2, call.ParentCandidates.Count);
    }

    [Fact]
    public void Build_CallAfterItsRequestEnded_BelongsToTheLastEnded()
    {
        RecordedExchange[] exchanges = [_sketch.Server("web", "/a", 0, 10), _sketch.Client("web", "/later", 20, 30)];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal(tree.Hops[0].Id, tree.Hops[1].ParentId);
    }

    [Fact]
    public void Build_AccessLogOfABrokenExchange_TellsWhoBrokeItOff()
    {
        RecordedExchange broken = _sketch.Client("web", "/x", 0, null, status: 0, details: null);

        ConversationTree tree = ConversationTree.Build([broken, _sketch.Log(broken, ["DC"])]);

        HopView hop = Assert.Single(tree.Hops);
        Assert.Equal(BrokenOffBy.Client, hop.BrokenOffBy);
        Assert.Null(hop.Failure);
    }

    [Fact]
    public void Build_AccessLogOfAWholeExchange_TellsWhenItEnded()
    {
        RecordedExchange seen = _sketch.Client("web", "/a", 0, 40);
        RecordedExchange logged = _sketch.Log(seen, []);
        logged = logged with { Exchange = logged.Exchange with { Duration = TimeSpan.FromMilliseconds(3) } };

        Assert.Equal(3, Assert.Single(ConversationTree.Build([seen, logged]).Hops).DurationMs);
    }

    [Fact]
    public void Build_AccessLogAlone_IsAHeaderOnlyHop()
    {
        RecordedExchange seen = _sketch.Server("web", "/x", 0, 5, status: 503);

        HopView hop = Assert.Single(ConversationTree.Build([_sketch.Log(seen, ["UH"])]).Hops);

        Assert.Equal(CaptureInput.AccessLog, Assert.Single(hop.Views).Input);
        Assert.Equal("status 503", hop.Failure);
    }

    [Fact]
    public void Build_TimeoutAtTheCaller_ShowsTheProxysAnswerAndTheCallersFailure()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Client("web", "/slow", 0, 100, 504, local: "a:1", remote: "s:80", details: "upstream_response_timeout"),
            _sketch.Server("slow", "/slow", 1, null, 0, remote: "a:1", local: "s:80", details: null),
        ];

        HopView hop = Assert.Single(ConversationTree.Build(exchanges).Hops);

        Assert.Equal(504, hop.Response!.Status);
        Assert.Equal("status 504", hop.Failure);
    }

    internal RecordedExchange[] Shop() =>
    [
        _sketch.Server("web", "/", 0, 100, 500, remote: "9.9.9.9:1", local: "w:80"),
        _sketch.Client("web", "/rec", 10, 50, 502, local: "w:1001", remote: "r:80"),
        _sketch.Server("recommendations", "/rec", 11, 49, 502, remote: "w:1001", local: "r:80"),
        _sketch.Client("recommendations", "/hist", 15, 40, 500, local: "r:1001", remote: "h:80"),
        _sketch.Server("history", "/hist", 16, 39, 500, remote: "r:1001", local: "h:80"),
        _sketch.Client("web", "/pay", 60, 90, local: "w:1002", remote: "p:80"),
        _sketch.Server("payments", "/pay", 61, 89, remote: "w:1002", local: "p:80"),
    ];

    private static string[] Outline(ConversationTree tree) =>
    [
        .. tree.Hops.Select(hop => $"{hop.Number} {hop.Source}>{hop.Destination} {hop.JoinedBy} {tree.Hops.FirstOrDefault(parent => parent.Id == hop.ParentId)?.Number}".TrimEnd()),
    ];
}
