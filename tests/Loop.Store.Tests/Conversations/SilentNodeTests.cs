using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
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
