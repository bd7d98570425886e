using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>An outage must not become an endless recording.</summary>
public sealed class CapTests : StoreTest
{
    protected override void Configure(ConversationOptions options)
    {
        options.KeptPerMinute = 2;
        options.MaxExchanges = 3;
    }

    [Fact]
    public async Task Trigger_OverTheCapPerMinute_IsRefusedWithAReasonAndCounted()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        await node.Trigger(Make(1, [Trace(1)], 500).Head);
        await node.Trigger(Make(2, [Trace(2)], 500).Head);

        TriggerAcknowledged refused = await node.Trigger(Make(3, [Trace(3)], 500).Head);
        TriggerAcknowledged known = await node.Trigger(Make(4, [Trace(1)], 500).Head);
        Assert.Equal("", refused.ConversationId);
        Assert.Contains("KeptPerMinute", refused.RefusedReason, StringComparison.Ordinal);
        Assert.Equal(ConversationId.From(Trace(1), 1).Value, known.ConversationId);
        Assert.Equal(2, (await Store.Index.Count(CancellationToken.None)).Conversations);
        Assert.Equal(1, (await Api.ApiReading.Status(Store)).Store.Refused);
    }

    [Fact]
    public async Task Exchanges_OverTheCap_AreCountedAndNotWritten()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured[] exchanges = [.. Enumerable.Range(1, 10).Select(number => Make(number, [Trace(1)], 500))];
        string id = (await node.Trigger(exchanges[0].Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, exchanges);

        ConversationSummary line = await Sealed(id);
        Assert.Equal(3, line.Exchanges);
        LoadedConversation loaded = await Store.Services.GetRequiredService<ConversationJournal>().Load(id, CancellationToken.None);
        Assert.Equal(7, loaded.Conversation.Refused);
        Assert.Equal(id, (await node.Next(message => message.Unwatch is not null)).Unwatch.WatchId);
    }
}
