using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>A conversation of which one exchange never ends.</summary>
public sealed class TimeLimitTests : StoreTest
{
    protected override void Configure(ConversationOptions options) => (options.AnswerTimeout, options.TimeLimit) = (TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));

    [Fact]
    public async Task OpenExchange_ThatNeverEnds_IsCountedAtTheTimeLimit()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 2, failing);

        await Sealed(id);
        Assert.Equal("time limit", (await Store.Conversation(id).Describe())!.SealReason);
        LoadedConversation loaded = await ((ConversationJournal)Store.Services.GetService(typeof(ConversationJournal))!).Load(id, CancellationToken.None);
        Assert.Equal(2, loaded.Conversation.Seal!.StillOpen);
    }

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
}
