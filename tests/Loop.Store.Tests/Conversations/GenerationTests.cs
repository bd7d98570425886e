using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>A key that comes back after its conversation ended.</summary>
public sealed class GenerationTests : StoreTest
{
    protected override void Configure(ConversationOptions options) => options.LateWatch = TimeSpan.Zero;

    [Fact]
    public async Task Key_SeenAgainAfterTheSeal_OpensANewGenerationWithoutTheOldExchanges()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured first = Make(1, [Trace(1)], 500);
        string id = await Keep(node, first);

        Captured second = Make(2, [Trace(1)], 503);
        string next = (await node.Trigger(second.Head)).ConversationId;
        await node.Answer(await node.NextCollect(next), open: 0, first, second);

        Assert.Equal(ConversationId.From(Trace(1), 2).Value, next);
        Assert.Equal(1, (await Sealed(next)).Exchanges);
        Assert.Equal(1, (await Store.Index.Get(id, CancellationToken.None))!.Exchanges);
    }

    [Fact]
    public async Task Trigger_RepeatedAfterTheSeal_IsStillTheSameConversation()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = await Keep(node, failing);

        Assert.Equal(id, (await node.Trigger(failing.Head)).ConversationId);
    }

    [Fact]
    public async Task Key_SeenAgainAfterARestart_OpensANewGeneration()
    {
        FakeNode node = await FakeNode.Connect(Store);
        await Keep(node, Make(1, [Trace(1)], 500));
        await node.DisposeAsync();
        await Restart();

        await using FakeNode again = await FakeNode.Connect(Store);
        TriggerAcknowledged acknowledged = await again.Trigger(Make(2, [Trace(1)], 500).Head);
        Assert.Equal(ConversationId.From(Trace(1), 2).Value, acknowledged.ConversationId);
    }

    private async Task<string> Keep(FakeNode node, Captured exchange)
    {
        string id = (await node.Trigger(exchange.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, exchange);
        ConversationSummary line = await Sealed(id);
        return line.Id;
    }
}
