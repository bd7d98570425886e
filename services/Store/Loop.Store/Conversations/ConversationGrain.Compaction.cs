using Loop.Contracts.Conversations;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Faults;
using Loop.Store.Core.Packs;

namespace Loop.Store.Conversations;

/// <summary>
/// Many small segments become one: new segment durable → one append that names it → old ones removed. A crash in between leaves either the new one or the
/// old ones as orphans, which the sweep at the next start removes.
/// </summary>
public sealed partial class ConversationGrain
{
    // Late exchanges lie in segments of their own until nobody waits for more of them.
    private async Task CompactLateOnes()
    {
        int[] old = OwnSegments();
        if (_conversation.State is not ConversationState.Sealed || await Compact() is not { } segment)
            return;
        await Apply(new CompactConversation(segment, time.GetUtcNow()));
        await RemoveReplaced(old);
    }

    /// <summary>Writes the one segment. Null when there is nothing to gain, or when it cannot be done: then everything stays where it is.</summary>
    private async Task<int?> Compact()
    {
        bool isCompact = _conversation.Seal is not null && OwnSegments().Length == 1;
        if (_conversation.Recorded.IsEmpty || isCompact)
            return null;
        try
        {
            PackPlace[] places = [.. _conversation.Recorded.Select(place => new PackPlace(place.Segment, place.Ordinal))];
            SegmentWritten written = await packs.Compact(ConversationJournal.Owner(Id), places, CancellationToken.None);
            _compactedBytes = written.StoredBytes.Sum();
            return written.Segment;
        }
        catch (Exception exception) when (exception is BlobDamagedException or StoreException)
        {
            telemetry.NotCompacted(Id, exception);
            return null;
        }
    }

    private async Task CompactEvents()
    {
        try
        {
            await journal.Compact(Id, CancellationToken.None);
        }
        catch (StoreException exception)
        {
            telemetry.NotCompacted(Id, exception);
        }
    }

    private int[] OwnSegments() => [.. _conversation.Recorded.Select(place => place.Segment).Distinct()];

    /// <summary>Removes those of these segments that no fact refers to any more.</summary>
    private async Task RemoveReplaced(int[] old)
    {
        HashSet<int> replaced = [.. old.Except(OwnSegments())];
        if (replaced.Count == 0)
            return;
        _packBytes = _compactedBytes;
        try
        {
            await packs.Remove(ConversationJournal.Owner(Id), replaced, CancellationToken.None);
        }
        catch (StoreException exception)
        {
            // They take room and do nothing else.
            telemetry.NotCompacted(Id, exception);
        }
    }
}
