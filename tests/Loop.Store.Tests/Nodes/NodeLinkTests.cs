using Grpc.Core;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Files;
using Loop.Store.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Nodes;

/// <summary>The link itself: greeting, refusals, hostile input.</summary>
public sealed class NodeLinkTests : StoreTest
{
    [Fact]
    public async Task Hello_IsAnsweredWithTheRedactionKey()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        RedactionKeyFile key = Store.Services.GetRequiredService<RedactionKeyFile>();
        Assert.Equal(key.Key.ToArray(), node.Welcome.RedactionKey.ToByteArray());
        Assert.Equal(key.Id, node.Welcome.RedactionKeyId);
    }

    [Fact]
    public async Task FirstMessage_OtherThanHello_IsRefused()
    {
        using AsyncDuplexStreamingCall<NodeMessage, StoreMessage> call = Store.Link.Attach();
        await call.RequestStream.WriteAsync(new NodeMessage { Status = new NodeStatus() });
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    [Fact]
    public async Task SecondNodeOfAName_WhenOlder_IsRefused()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a", epoch: 2_000);
        await using FakeNode other = await FakeNode.Dial(Store, "node-a", epoch: 1_000);
        await other.Ended();
        Assert.Equal(StatusCode.AlreadyExists, other.Refusal!.StatusCode);
    }

    [Fact]
    public async Task SecondNodeOfAName_WhenYounger_TakesItsPlace()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a", epoch: 1_000);
        await using FakeNode other = await FakeNode.Connect(Store, "node-a", epoch: 2_000);
        await node.Ended();
        await other.Trigger(Make(1, [Trace(1)], 500).Head);
        NodeStatusView view = Assert.Single((await Api.ApiReading.Status(Store)).Nodes);
        Assert.Equal((2_000, true), (view.Epoch, view.Connected));
    }

    [Fact]
    public async Task MalformedMessages_AreSkippedAndNothingElseIsLost()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured good = Make(1, [Trace(1)], 500, requestBody: "good");
        string id = (await node.Trigger(good.Head)).ConversationId;
        Collect collect = await node.NextCollect(id);
        await node.SendExchange(id, Make(2, [Trace(1)], requestBody: "bad") with { RequestBody = "bat"u8.ToArray() });
        await node.SendExchange(id, Make(3, [Trace(1)], requestBody: "bad") with { RequestBody = ReadOnlyMemory<byte>.Empty });
        await node.SendExchange("../../etc/passwd", good);
        await node.Send(new NodeMessage { Exchange = new Loop.Protocols.Capture.V1.CapturedExchange { WatchId = id } });
        await node.Send(new NodeMessage());
        await node.Send(new NodeMessage { Found = new Found { FindId = 99, Exchanges = { new FoundExchange { ExchangeId = "nonsense", Keys = { Trace(2).ToString() } } } } });
        await node.Send(new NodeMessage { Found = new Found { FindId = 99, Exchanges = { new FoundExchange { ExchangeId = good.Head.Id.ToString(), Keys = { "nonsense" } } } } });
        await node.Answer(collect, open: 0, good);

        Assert.Equal(1, (await Sealed(id)).Exchanges);
    }

    [Fact]
    public async Task Trigger_WithoutKeys_IsAcknowledgedAsRefused()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Exchange exchange = Make(1, [], 500).Head;
        Assert.NotEqual("", (await node.Trigger(exchange)).RefusedReason);
        Assert.NotEqual("", (await node.Trigger(exchange with { Keys = [new TraceKey(TraceKeyKind.Trace, "nonsense")] })).RefusedReason);
    }

    [Fact]
    public async Task NodeThatConnectsLater_IsAskedForWhatIsOpen()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a");
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;
        await using FakeNode later = await FakeNode.Connect(Store, "node-b");
        StoreMessage first = await later.Next(_ => true);
        Assert.Equal(id, first.Unwatch?.WatchId);
        Assert.Equal([Trace(1).ToString()], (await later.NextCollect(id)).Keys);
    }

    [Fact]
    public async Task NodeThatConnectsLater_IsWaitedFor()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a");
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await using FakeNode later = await FakeNode.Connect(Store, "node-b");
        Collect collect = await later.NextCollect(id);
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        await later.Answer(collect, open: 0, Make(2, [Trace(1)], node: "node-b"));

        Assert.Equal(2, (await Sealed(id)).Exchanges);
        Assert.DoesNotContain((await Store.Conversation(id).Describe())!.Hops, hop => hop.Views.Any(view => view.Late));
    }

    [Fact]
    public async Task StoreThatStops_EndsTheLinkAtOnce()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, failing);
        await Published(id, summary => summary.Exchanges == 1);
        await Restart();

        await node.Ended();
        LoadedConversation loaded = await Store.Services.GetRequiredService<ConversationJournal>().Load(id, CancellationToken.None);
        Assert.Empty(loaded.Conversation.Facts.Silent);
    }

    [Fact]
    public async Task Exchange_OfAnUnknownConversation_EndsTheWatch()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        await node.SendExchange("0123456789ab", Make(1, [Trace(1)]));
        Assert.Equal("0123456789ab", (await node.Next(message => message.Unwatch is not null)).Unwatch.WatchId);
    }
}
