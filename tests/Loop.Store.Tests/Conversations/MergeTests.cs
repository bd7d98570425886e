using System.Net.Http.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>Two conversations that turn out to be one.</summary>
public sealed class MergeTests : StoreTest
{
    [Fact]
    public async Task SharedKey_OfTwoOpenConversations_MergesTheYoungerIntoTheOlder()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured edge = Make(1, [Request("r-1")], 500, requestBody: "edge");
        Captured inner = Make(2, [Trace(7)], 500, requestBody: "inner");
        Captured link = Make(3, [Request("r-1"), Trace(7)], 500);
        string older = (await node.Trigger(edge.Head)).ConversationId;
        string younger = (await node.Trigger(inner.Head)).ConversationId;
        Loop.Protocols.Capture.V1.Collect ofOlder = await node.NextCollect(older);
        Loop.Protocols.Capture.V1.Collect ofYounger = await node.NextCollect(younger);
        await node.Answer(ofOlder, open: 1, edge);
        await node.Answer(ofYounger, open: 1, inner);
        await node.SendExchange(younger, link);

        await Published(older, summary => summary.Exchanges == 3);
        Assert.Equal(younger, (await node.Next(message => message.Unwatch is not null)).Unwatch.WatchId);
        ConversationDetail detail = (await Store.Conversation(older).Describe())!;
        Assert.Equal([Request("r-1").ToString(), Trace(7).ToString()], detail.Keys.Order());
        Assert.Equal("inner"u8.ToArray(), await Store.Conversation(older).Body(inner.Head.Request!.Body.Sha256!));

        // The younger id is an alias now, for look-ups and for exchanges under way.
        Assert.Equal([older], await Store.Index.Find(younger, 5, CancellationToken.None));
        Assert.Equal(older, Assert.Single((await Store.Index.List(10, null, CancellationToken.None)).Items).Id);
        await node.SendExchange(younger, Make(4, [Trace(7)]));
        await Published(older, summary => summary.Exchanges == 4);
    }

    [Fact]
    public async Task SharedKey_OfASealedAndAnOpenConversation_LetsThemNameEachOther()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured edge = Make(1, [Request("r-1")], 500);
        Captured inner = Make(2, [Trace(7)], 500);
        string first = (await node.Trigger(edge.Head)).ConversationId;
        await node.Answer(await node.NextCollect(first), open: 0, edge);
        await Sealed(first);
        Assert.Empty((await Show(first)).Related);
        string second = (await node.Trigger(inner.Head)).ConversationId;
        await node.Answer(await node.NextCollect(second), open: 0, inner, Make(3, [Request("r-1"), Trace(7)], 500));
        await node.Answer(await node.NextCollect(second), open: 0);
        await Sealed(second);

        Assert.Equal([second], (await Show(first)).Related);
        Assert.Equal([first], (await Show(second)).Related);
        Assert.Equal((1, 2), ((await Show(first)).Hops.Count, (await Show(second)).Hops.Count));
    }

    private async Task<ConversationDetail> Show(string id) => (await Store.Http.GetFromJsonAsync<ConversationDetail>($"/api/v1/conversations/{id}", Api.ApiReading.Json))!;

    [Fact]
    public async Task Trigger_WithAKeyOfAnOpenConversation_BelongsToIt()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Request("r-1")], 500).Head)).ConversationId;

        Assert.Equal(id, (await node.Trigger(Make(2, [Trace(9), Request("r-1")], 500).Head)).ConversationId);
        ConversationDetail detail = (await Store.Conversation(id).Describe())!;
        Assert.Contains(Trace(9).ToString(), detail.Keys);
        Assert.Equal(ConversationState.Open, detail.State);
    }
}
