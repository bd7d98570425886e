using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Conversations;

/// <summary>Arrivals come in segments of their own; what stays is one.</summary>
public sealed class CompactionTests : StoreTest
{
    private IPackStore Packs => Store.Services.GetRequiredService<IPackStore>();

    protected override void Configure(ConversationOptions options) => options.LateWatch = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Seal_OfManySegments_LeavesOneThatReadsBack()
    {
        FakeNode node = await FakeNode.Connect(Store);
        Captured first = Make(1, [Trace(1)], 500, requestBody: "first", responseBody: "answer"u8.ToArray());
        string id = (await node.Trigger(first.Head)).ConversationId;
        await Published(id, summary => summary.Exchanges == 1, async () => await node.Answer(await node.NextCollect(id), open: 1, first));
        await Published(id, summary => summary.Exchanges == 2, () => node.SendExchange(id, Make(2, [Trace(1)], requestBody: "second")));
        Assert.Equal([1, 2], await Packs.Segments(ConversationJournal.Owner(id), CancellationToken.None));
        await node.OpenChanged(id, 0);
        await Sealed(id);
        await node.DisposeAsync();

        // Whoever asks the grain waits for what it does at the seal.
        Assert.Equal(2, (await Store.Conversation(id).Describe())!.Hops.Count);
        await AssertCompacted(id);
        await Restart();
        await AssertCompacted(id);
        Assert.Equal(2, (await Store.Conversation(id).Describe())!.Hops.Count);
        foreach (string body in (string[])["first", "answer", "second"])
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(body);
            Assert.Equal(bytes, await Store.Conversation(id).Body(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))));
        }
    }

    [Fact]
    public async Task LateExchange_WhenItsWatchEnds_IsCompactedToo()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        await Sealed(id);
        await Published(id, summary => summary.Exchanges == 2, () => node.SendExchange(id, Make(2, [Trace(1)], requestBody: "late")));
        await node.Next(message => message.Unwatch?.WatchId == id);

        Assert.Single((await Store.Conversation(id).Describe())!.Hops, hop => hop.Views.Single().Late);
        await AssertCompacted(id);
    }

    [Fact]
    public async Task FurtherTrigger_UnlessItsExchangeIsRecorded_IsAFactBeforeItIsAcknowledged()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured first = Make(1, [Trace(1)], 500);
        Captured second = Make(2, [Trace(1)], 502);
        Captured lost = Make(3, [Trace(1)], 503);
        string id = (await node.Trigger(first.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 1, first, second);
        await Published(id, summary => summary.Exchanges == 2);
        Assert.Equal(id, (await node.Trigger(second.Head)).ConversationId);
        Assert.Equal(id, (await node.Trigger(lost.Head)).ConversationId);

        FurtherTriggerSeen seen = Assert.Single((await Facts(id)).OfType<FurtherTriggerSeen>());
        Assert.Equal(lost.Head.Id, seen.Trigger.ExchangeId);
    }

    private async Task<ConversationEvent[]> Facts(string id) =>
        await Store.Services.GetRequiredService<IEventStore>().ReadStream(new StreamName("conversation", id), 0, CancellationToken.None).Select(EventSerializer.DeserializeConversation).ToArrayAsync();

    private async Task AssertCompacted(string id)
    {
        ConversationEvent last = (await Facts(id)).Last(fact => fact is ConversationSealed or ConversationCompacted);
        int? named = last is ConversationSealed seal ? seal.Segment : ((ConversationCompacted)last).Segment;
        Assert.Equal(named, Assert.Single(await Packs.Segments(ConversationJournal.Owner(id), CancellationToken.None)));
        Assert.Equal((0L, 1L), (Rows("appends"), Rows("compacted")));
    }

    private long Rows(string table)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(DataPath, "events.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of tables in this file.
        command.CommandText = $"SELECT COUNT(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
