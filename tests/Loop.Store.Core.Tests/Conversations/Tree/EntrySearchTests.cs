using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Core.Conversations.Tree;
using Xunit;
using static Loop.Store.Core.Tests.Conversations.Tree.ExchangeSketch;

namespace Loop.Store.Core.Tests.Conversations.Tree;

/// <summary>Who entered the mesh, and whose caller is missing.</summary>
public sealed class EntrySearchTests
{
    private const string OtherTrace = "1af7651916cd43dd8448eb211c80319c";
    private readonly ExchangeSketch _sketch = new();

    [Fact]
    public void Build_ParallelEntriesOfOneTrace_AreRoots()
    {
        RecordedExchange[] exchanges =
        [
            .. Chain("r1", from: 0, port: 1),
            .. Chain("r2", from: 1, port: 2),
            .. Chain("r3", from: 2, port: 3),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal(["root", "nesting", "root", "nesting", "root", "nesting"], tree.Hops.Select(hop => hop.JoinedBy));
        Assert.Equal(3, tree.Hops.Select(hop => hop.ParentId).OfType<string>().Distinct().Count());
        Assert.True(Judge(exchanges).Complete);
    }

    [Fact]
    public void Build_CallOfAProxyInsideAnotherRequest_LacksItsCaller()
    {
        RecordedExchange[] exchanges = [.. Chain("r1", from: 0, port: 1), SentByProxy(_sketch.Server("stock", "/take", 30, 40, remote: "127.0.0.1:70", requestId: "r9"))];

        HopView lost = ConversationTree.Build(exchanges).Hops.Single(hop => hop.Destination == "stock");

        Assert.Equal("unknown parent", lost.JoinedBy);
        Assert.Equal(("client view of stock GET /take", "never seen"), Judge(exchanges).Missing.Select(missing => (missing.What, missing.Why)).Single());
    }

    [Fact]
    public void Judge_CallInsideRequestsWhoseServicesHaveNoProxyForCalls_ExpectsNoCaller()
    {
        RecordedExchange[] exchanges = [_sketch.Server("web", "/", 0, 100), SentByProxy(_sketch.Server("stock", "/take", 30, 40))];

        Assert.Equal("unknown parent", ConversationTree.Build(exchanges).Hops[1].JoinedBy);
        Assert.True(Judge(exchanges).Complete);
        Assert.False(Judge(exchanges, "web/client").Complete);
    }

    [Theory]
    [InlineData("10.0.0.1:900", "unknown parent")]
    [InlineData("10.0.0.9:900", "root")]
    [InlineData("127.0.0.1:900", "unknown parent")]
    [InlineData(null, "unknown parent")]
    public void Build_CallFromAHost_MayBeOfTheServicesAtThatHostAlone(string? remote, string joinedBy)
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Server("web", "/", 0, 100, remote: "9.9.9.9:1", local: "10.0.0.1:80"),
            SentByProxy(_sketch.Server("stock", "/take", 30, 40, remote: remote, local: "10.0.0.2:80", requestId: "r9")),
        ];

        Assert.Equal(joinedBy, ConversationTree.Build(exchanges).Hops[1].JoinedBy);
    }

    [Fact]
    public void Build_MeshThatMarksNothing_TakesTheInnerCallForOneWithoutCaller()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Server("web", "/", 0, 100),
            _sketch.Client("web", "/pay", 10, 20, local: "127.0.0.1:50", remote: "127.0.0.1:80"),
            _sketch.Server("payments", "/pay", 11, 19, remote: "127.0.0.1:50", local: "127.0.0.1:80"),
            _sketch.Server("stock", "/take", 30, 40, requestId: "r9"),
        ];

        Assert.Equal("unknown parent", ConversationTree.Build(exchanges).Hops.Single(hop => hop.Destination == "stock").JoinedBy);
    }

    [Fact]
    public void Build_RequestIdUsedForTwoTraces_KeepsTheirTreesApart()
    {
        RecordedExchange[] exchanges =
        [
            .. Chain("same", from: 0, port: 1),
            .. Chain("same", from: 1, port: 2).Select(one => OfTrace(OtherTrace, one)),
        ];

        ConversationTree tree = ConversationTree.Build(exchanges);

        Assert.Equal(["root", "nesting", "root", "nesting"], tree.Hops.Select(hop => hop.JoinedBy));
        Assert.Equal([null, tree.Hops[0].Id, null, tree.Hops[2].Id], tree.Hops.Select(hop => hop.ParentId));
        Assert.True(Judge(exchanges).Complete);
    }

    [Fact]
    public void Build_ServiceThatCallsOfItsOwnAccord_OwnsAllItsCalls()
    {
        RecordedExchange[] exchanges =
        [
            _sketch.Client("job", "/a", 0, 50, local: "127.0.0.1:1", remote: "127.0.0.1:80"),
            SentByProxy(_sketch.Server("web", "/a", 1, 49, remote: "127.0.0.1:1", local: "127.0.0.1:80")),
            _sketch.Client("job", "/b", 10, 60, requestId: "r2"),
            _sketch.Client("other", "/c", 20, 30, requestId: "r3"),
        ];

        Assert.Equal(["root", "root", "unknown parent"], ConversationTree.Build(exchanges).Hops.Select(hop => hop.JoinedBy));
    }

    // One entry from outside, and the call that it makes.
    private RecordedExchange[] Chain(string requestId, int from, int port) =>
    [
        _sketch.Server("web", "/", from, from + 100, 502, remote: $"127.0.0.1:90{port}", local: "127.0.0.1:80", requestId: requestId),
        _sketch.Client("web", "/pay", from + 10, from + 50, 500, local: $"127.0.0.1:10{port}", remote: "127.0.0.1:81", requestId: requestId),
        SentByProxy(_sketch.Server("payments", "/pay", from + 11, from + 49, 500, remote: $"127.0.0.1:10{port}", local: "127.0.0.1:81", requestId: requestId)),
    ];

    private static CoherenceReport Judge(RecordedExchange[] exchanges, params string[] watches) => Coherence.Judge(
        ConversationTree.Build(exchanges),
        exchanges,
        new CollectionFacts([new NodeAnswer { Node = "n1", Epoch = 1, StartedAt = Start.AddDays(-1), OpenCount = 0, Watches = watches, At = Start.AddSeconds(5) }], [], 0));
}
