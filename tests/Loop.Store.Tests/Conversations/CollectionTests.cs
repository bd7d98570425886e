using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>Trigger → collect → record → seal, over a real link.</summary>
public sealed class CollectionTests : StoreTest
{
    [Fact]
    public async Task Trigger_Acknowledged_IsListedOpen()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        TriggerAcknowledged acknowledged = await node.Trigger(Make(1, [Trace(1)], 500).Head);

        ConversationSummary line = (await Store.Index.List(10, null, CancellationToken.None)).Items.Single();
        Assert.Equal(acknowledged.ConversationId, line.Id);
        Assert.Equal(ConversationId.From(Trace(1), 1).Value, line.Id);
        Assert.Equal(ConversationState.Open, line.State);
    }

    [Fact]
    public async Task Collection_WhenNodesAnswered_IsSealedWithEveryExchange()
    {
        await using FakeNode first = await FakeNode.Connect(Store, "node-a");
        await using FakeNode second = await FakeNode.Connect(Store, "node-b");
        Captured failing = Make(1, [Trace(1)], 500, requestBody: "{\"amount\":7}");
        string id = (await first.Trigger(failing.Head)).ConversationId;
        await first.Answer(await first.NextCollect(id), open: 0, failing);
        await second.Answer(await second.NextCollect(id), open: 0, Make(1, [Trace(1)], 200, node: "node-b"));

        ConversationSummary line = await Sealed(id);
        Assert.Equal(2, line.Exchanges);
        ConversationDetail detail = (await Store.Conversation(id).Describe())!;
        Assert.Equal("quiet", detail.SealReason);
        Assert.True(detail.Coherence.Complete);
        string sha256 = detail.Hops.Single(hop => hop.Failure is not null).Request!.BodySha256!;
        Assert.Equal("{\"amount\":7}"u8.ToArray(), await Store.Conversation(id).Body(sha256));
    }

    [Fact]
    public async Task Trigger_Repeated_IsAcknowledgedWithTheSameConversationAndNoFurtherFact()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Exchange exchange = Make(1, [Trace(1)], 500).Head;
        string id = (await node.Trigger(exchange, triggerId: 7)).ConversationId;
        long facts = await Facts(id);

        Assert.Equal(id, (await node.Trigger(exchange, triggerId: 7)).ConversationId);
        Assert.Equal(facts, await Facts(id));
    }

    [Fact]
    public async Task Exchange_SentTwice_IsRecordedOnce()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured exchange = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(exchange.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, exchange, exchange);

        Assert.Equal(1, (await Sealed(id)).Exchanges);
    }

    [Fact]
    public async Task Seal_WithOpenExchange_WaitsForItsEnd()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured inner = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(inner.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, inner);
        await node.SendExchange(id, Make(2, [Trace(1)], 200));
        await node.OpenChanged(id, 0);

        ConversationSummary line = await Sealed(id);
        Assert.Equal(2, line.Exchanges);
        Assert.DoesNotContain((await Store.Conversation(id).Describe())!.Hops, hop => hop.Views.Any(view => view.Late));
    }

    [Fact]
    public async Task NodeLost_ToldAfterTheAnswer_LeavesItsOpenExchangesAwaited()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured inner = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(inner.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, inner);

        // What a node sends is taken in order: when this is recorded, the answer is.
        await node.SendExchange(id, Make(2, [Trace(1)], 200));
        await Published(id, summary => summary.Exchanges == 2);
        long facts = await Facts(id);

        await Store.Conversation(id).NodeLost(node.Name, "it did not answer in time");

        Assert.Equal(facts, await Facts(id));
        await node.SendExchange(id, Make(3, [Trace(1)], 200));
        await node.OpenChanged(id, 0);
        Assert.Equal(3, (await Sealed(id)).Exchanges);
        Assert.DoesNotContain((await Store.Conversation(id).Describe())!.Hops, hop => hop.Views.Any(view => view.Late));
    }

    [Fact]
    public async Task Exchange_AfterTheSeal_IsRecordedAsLate()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        await Sealed(id);

        ConversationSummary line = await Published(id, summary => summary.Exchanges == 2, () => node.SendExchange(id, Make(2, [Trace(1)])));
        Assert.Equal(ConversationState.Sealed, line.State);
        Assert.Single((await Store.Conversation(id).Describe())!.Hops, hop => hop.Views.Single().Late);
    }

    [Fact]
    public async Task NewKey_InACollectedExchange_IsAskedForToo()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Request("r-1"), Trace(5)], 500);
        var trigger = failing.Head with { Keys = [Request("r-1")] };
        string id = (await node.Trigger(trigger)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);

        Collect further = await node.NextCollect(id);
        Assert.Equal([Request("r-1").ToString(), Trace(5).ToString()], further.Keys);
        await node.Answer(further, open: 0, Make(2, [Trace(5)]));
        Assert.Equal(2, (await Sealed(id)).Exchanges);
    }

    [Fact]
    public async Task NodeThatLeaves_WithOpenExchanges_DoesNotHoldTheSeal()
    {
        FakeNode node = await FakeNode.Connect(Store, "node-a");
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 3, failing);
        await Published(id, summary => summary.Exchanges == 1);
        await node.DisposeAsync();

        await Sealed(id);
        Assert.Equal("node did not answer", Assert.Single((await Store.Conversation(id).Describe())!.Coherence.Missing).Why);
    }

    private async Task<long> Facts(string id)
    {
        long count = 0;
        await foreach (Loop.Store.Core.Events.StoredEvent _ in ((Loop.Store.Core.Events.IEventStore)Store.Services.GetService(typeof(Loop.Store.Core.Events.IEventStore))!)
            .ReadStream(new Loop.Store.Core.Events.StreamName("conversation", id), 0, CancellationToken.None))
            count++;
        return count;
    }

    [Fact]
    public async Task HoleThatNobodyExplains_IsAskedForOnceMoreBeforeTheSeal()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        node.Watches = ["payments/client"];
        Captured outer = Make(1, [Trace(1)], 500);
        Captured inner = SentByProxy(Make(2, [Trace(1)], 500));
        string id = (await node.Trigger(outer.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, outer, inner);

        // The call inside the other was sent by a proxy whose view is not there; what the node lost after its answer it tells now.
        Loop.Protocols.Capture.V1.Collect again = await node.NextCollect(id);
        var answer = new Loop.Protocols.Capture.V1.CollectAnswer { CollectId = again.CollectId, WatchId = id };
        answer.Losses.Add(new Loop.Protocols.Capture.V1.Loss { Reason = (int)LossReason.Shed, At = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Start), Key = Trace(1).ToString() });
        await node.Send(new Loop.Protocols.Capture.V1.NodeMessage { CollectAnswer = answer });

        await Sealed(id);
        Assert.Equal("shed", Assert.Single((await Store.Conversation(id).Describe())!.Coherence.Missing).Why);
    }
}
