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
            var referenced = new HashSet<int>();
            await foreach (StoredEvent stored in events.ReadStream(stream, 0, cancellationToken))
            {
                if (SegmentOf(EventSerializer.Deserialize(stored)) is { } segment)
                    referenced.Add(segment);
            }

            int swept = await packs.SweepOrphans(stream.ToString(), referenced, cancellationToken);
            if (swept > 0)
                log.Swept(swept, stream.ToString());
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // An orphan takes room and does nothing else.
            log.NotSwept(stream.ToString(), exception);
        }
    }

    private static int? SegmentOf(object fact) => fact switch
    {
        ExchangeRecorded recorded => recorded.Segment,
        LateExchangeRecorded late => late.Segment,
        ReplayExchangeObserved observed => observed.Segment,
        _ => null,
    };
}
