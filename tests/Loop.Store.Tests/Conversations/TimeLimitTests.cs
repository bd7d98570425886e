using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>A conversation of which one exchange never ends.</summary>
public sealed class TimeLimitTests : StoreTest
{
    protected override void Configure(ConversationOptions options) => (options.AnswerTimeout, options.TimeLimit) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));

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
}
