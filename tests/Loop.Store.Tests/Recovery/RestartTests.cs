using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Core.Packs;
using Loop.Store.Core.ReadModels;
using Loop.Store.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Recovery;

/// <summary>A store that stops in the middle and comes back on the same directory.</summary>
public sealed class RestartTests : StoreTest
{
    [Fact]
    public async Task UnsealedConversation_AfterRestart_IsAskedForAgainAndSealed()
    {
        FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, failing);
        await Published(id, summary => summary.Exchanges == 1);
        await node.DisposeAsync();
        await Restart();

        Assert.Equal(ConversationState.Open, (await Store.Index.Get(id, CancellationToken.None))!.State);
        await using FakeNode again = await FakeNode.Connect(Store);
        await again.Answer(await again.NextCollect(id), open: 0, failing, Make(2, [Trace(1)]));
        ConversationSummary line = await Sealed(id);
        Assert.Equal(2, line.Exchanges);
        Assert.Equal("quiet", (await Store.Conversation(id).Describe())!.SealReason);
    }

    [Fact]
    public async Task Acknowledged_WhenTheIndexIsLost_IsListedAgain()
    {
        FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        ConversationSummary before = await Sealed(id);
        await node.DisposeAsync();
        await Store.Index.Clear(CancellationToken.None);
        await Store.Index.SetCheckpoint(999_999, CancellationToken.None);
        await Restart();

        ConversationSummary after = Assert.Single((await Store.Index.List(10, null, CancellationToken.None)).Items);
        Assert.Equal(before, after);
        Assert.Equal(id, Assert.Single(await Store.Index.ByKey(Trace(1), CancellationToken.None)).Id);
    }

    [Fact]
    public async Task Segment_WithoutEvent_IsSweptAndNeverShown()
    {
        FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, failing);
        await Published(id, summary => summary.Exchanges == 1);
        await Store.Services.GetRequiredService<IPackStore>().WriteSegment(ConversationJournal.Owner(id), [Make(2, [Trace(1)])], CancellationToken.None);
        await node.DisposeAsync();
        await Restart();

        Assert.Equal([1], await Store.Services.GetRequiredService<IPackStore>().Segments(ConversationJournal.Owner(id), CancellationToken.None));
        Assert.Equal(1, (await Store.Index.Get(id, CancellationToken.None))!.Exchanges);
    }

    [Fact]
    public async Task Checkpoint_AfterAnOrderlyStop_IncludesEverything()
    {
        FakeNode node = await FakeNode.Connect(Store);
        await node.Trigger(Make(1, [Trace(1)], 500).Head);
        await node.DisposeAsync();
        await Restart();

        long last = 0;
        await foreach (Loop.Store.Core.Events.StoredEvent stored in Store.Services.GetRequiredService<Loop.Store.Core.Events.IEventStore>().ReadAll(0, CancellationToken.None))
            last = stored.Position;
        Assert.Equal(last, await Store.Services.GetRequiredService<IConversationIndex>().Checkpoint(CancellationToken.None));
    }
}

/// <summary>A store that comes back and whose nodes do not.</summary>
public sealed class RestartWithoutNodesTests : StoreTest
{
    protected override void Configure(ConversationOptions options) => options.ReconnectGrace = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task UnsealedConversation_WhenItsNodeDoesNotComeBack_IsSealedAndSaysSo()
    {
        FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        Collect collect = await node.NextCollect(id);
        await node.Answer(collect, open: 1, failing);
        await Published(id, summary => summary.Exchanges == 1);
        await node.OpenChanged(id, 2);
        await Restart();

        await Sealed(id);
        ConversationDetail detail = (await Store.Conversation(id).Describe())!;
        Assert.Equal("node did not answer", Assert.Single(detail.Coherence.Missing).Why);
        await node.DisposeAsync();
    }
}
