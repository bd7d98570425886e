using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>A node that is connected and says nothing.</summary>
public sealed class SilentNodeTests : StoreTest
{
    // Long enough that the node which answers is never taken for the silent one, however slow the machine.
    protected override void Configure(ConversationOptions options) => options.AnswerTimeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task OpenExchange_AtTheTimeLimit_IsRecordedAsFarAsItCameAndReplacedByTheWhole()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        Captured whole = Make(2, [Trace(1)], responseBody: "first second"u8.ToArray());
        Captured part = Make(2, [Trace(1)], responseBody: "first"u8.ToArray());
        part = part with { Head = part.Head with { End = ExchangeEnd.Open, Duration = null } };
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, failing);
        Loop.Protocols.Capture.V1.Collect last = await node.NextCollect(id);
        Assert.True(last.IncludeOpen);
        await node.Answer(last, open: 1, part);

        Assert.Equal((2, 1), (await Sealed(id)) is var line ? (line.Exchanges, line.Missing) : default);
        HopView open = (await Store.Conversation(id).Describe())!.Hops[1];
        Assert.Equal((ExchangeEnd.Open, 5L), (open.End, open.Response!.BodySizeBytes));
        await Published(id, summary => summary.Missing == 0, () => node.SendExchange(id, whole));
        HopView ended = (await Store.Conversation(id).Describe())!.Hops[1];
        Assert.Equal((open.Id, ExchangeEnd.Complete, true), (ended.Id, ended.End, ended.Views.Single().Late));
        Assert.Equal("first second"u8.ToArray(), await Store.Conversation(id).Body(ended.Response!.BodySha256!));
        LoadedConversation loaded = await ((ConversationJournal)Store.Services.GetService(typeof(ConversationJournal))!).Load(id, CancellationToken.None);
        Assert.Equal([ExchangeEnd.Complete, ExchangeEnd.Complete], loaded.Recorded.Select(recorded => recorded.Exchange.End));
    }

    [Fact]
    public async Task SilentNode_IsNamedInCoherenceAndDoesNotHoldTheSeal()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a");
        await using FakeNode silent = await FakeNode.Connect(Store, "node-b");
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);

        await Sealed(id);
        MissingView missing = Assert.Single((await Store.Conversation(id).Describe())!.Coherence.Missing);
        Assert.Equal("node did not answer", missing.Why);
    }

    [Fact]
    public async Task SilentNode_ThatAnswersAfterTheSeal_IsSilentNoLonger()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a");
        await using FakeNode slow = await FakeNode.Connect(Store, "node-b");
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        Assert.Equal(1, (await Sealed(id)).Missing);

        await slow.Answer(await slow.NextCollect(id), open: 0);
        await Published(id, summary => summary.Missing == 0);
    }
}
