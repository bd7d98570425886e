using Loop.Store.Conversations;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.ReadModels;
using Loop.Store.Replays;

namespace Loop.Store.Recovery;

/// <summary>Brings the index up to the events: every stream that was touched after the checkpoint is read as a whole and its line replaced.</summary>
public sealed class IndexCatchUp(
    IEventStore events,
    IConversationIndex index,
    ConversationJournal conversations,
    ReplayJournal replays,
    IndexCheckpoint checkpoint,
    StoreReadiness readiness,
    RecoveryLog log)
{
    /// <summary>Returns the streams that were touched.</summary>
    public async Task<HashSet<StreamName>> Run(CancellationToken cancellationToken)
    {
        long from = await StartPosition(cancellationToken);
        var touched = new HashSet<StreamName>();
        long last = from;
        await foreach (StoredEvent stored in events.ReadAll(from, cancellationToken))
        {
            touched.Add(stored.Stream);
            last = stored.Position;
        }

        foreach (StreamName stream in touched)
        {
            try
            {
                await Project(stream, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                log.NotProjected(stream.ToString(), exception);
                readiness.Add($"Stream {stream} could not be read at the start: {exception.Message}");
            }
        }

        await index.SetCheckpoint(last, cancellationToken);
        checkpoint.StartAt(last);
        if (touched.Count > 0)
            log.CaughtUp(touched.Count, last);
        return touched;
    }

    // An index that is ahead of its events belongs to other ones (a backup was restored): it is built anew.
    private async Task<long> StartPosition(CancellationToken cancellationToken)
    {
        long position = await index.Checkpoint(cancellationToken);
        if (position == 0)
            return 0;
        await foreach (StoredEvent stored in events.ReadAll(position - 1, cancellationToken))
        {
            if (stored.Position == position)
                return position;
            break;
        }

        log.Rebuilding(position);
        await index.Clear(cancellationToken);
        return 0;
    }

    // A conversation whose pack is damaged stays in the list by what its events say: it was acknowledged, and asking for it tells what is wrong.
    private async Task<LoadedConversation> Load(StreamName stream, CancellationToken cancellationToken)
    {
        try
        {
            return await conversations.Load(stream.Id, cancellationToken);
        }
        catch (BlobDamagedException damage)
        {
            log.PackDamaged(stream.Id, damage.Message);
            readiness.Add($"Conversation {stream.Id} is listed without its hops: {damage.Message}");
            return await conversations.LoadFacts(stream.Id, cancellationToken);
        }
    }

    private async Task Project(StreamName stream, CancellationToken cancellationToken)
    {
        switch (stream.Category)
        {
            case ConversationJournal.Category:
                LoadedConversation loaded = await Load(stream, cancellationToken);
                if (loaded.Conversation.MergedInto is { } into)
                    await index.Alias(stream.Id, into.Value, cancellationToken);
                else
                    await index.Upsert(new ConversationDescription(loaded.Conversation, loaded.Recorded).Summary(), loaded.Conversation.Keys, cancellationToken);
                break;
            case ReplayJournal.Category:
                if (ReplayReports.From((await replays.Load(stream.Id, cancellationToken)).Facts) is { } report)
                    await index.Upsert(report, cancellationToken);
                break;
        }
    }
}
