using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Store.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Replays;

namespace Loop.Store.Recovery;

/// <summary>Removes segments that no event names: a crash between segment and event left them, and nobody was told of them.</summary>
public sealed class OrphanSweep(IEventStore events, IPackStore packs, RecoveryLog log)
{
    /// <summary>The pack of a conversation.</summary>
    public Task Conversation(string id, CancellationToken cancellationToken) => Stream(new StreamName(ConversationJournal.Category, id), cancellationToken);

    /// <summary>The pack of a stream's owner.</summary>
    public async Task Stream(StreamName stream, CancellationToken cancellationToken)
    {
        if (stream.Category is not (ConversationJournal.Category or ReplayJournal.Category))
            return;
        try
        {
            int swept = await packs.SweepOrphans(stream.ToString(), await Referenced(stream, cancellationToken), cancellationToken);
            if (swept > 0)
                log.Swept(swept, stream.ToString());
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // An orphan takes room and does nothing else.
            log.NotSwept(stream.ToString(), exception);
        }
    }

    // By the state and not by single facts: a compaction takes the places of all facts before it.
    private async Task<HashSet<int>> Referenced(StreamName stream, CancellationToken cancellationToken)
    {
        IAsyncEnumerable<StoredEvent> stored = events.ReadStream(stream, 0, cancellationToken);
        if (stream.Category == ReplayJournal.Category)
            return await stored.Select(EventSerializer.Deserialize).OfType<ReplayExchangeObserved>().Select(fact => fact.Segment).ToHashSetAsync(null, cancellationToken);
        ConversationEvent[] facts = await stored.Select(EventSerializer.DeserializeConversation).ToArrayAsync(cancellationToken);
        return [.. Core.Conversations.Conversation.Fold(facts).Recorded.Select(place => place.Segment)];
    }
}
