using System.Diagnostics;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Store.Core.Packs;
using Loop.Store.Recovery;

namespace Loop.Store.Conversations;

/// <summary>What became of a batch.</summary>
public enum ArrivalOutcome
{
    /// <summary>It is durable, or was already.</summary>
    Recorded,

    /// <summary>No conversation of that id is kept: the watch should end.</summary>
    NotKept,
}

/// <summary>Write order of everything that arrives: asked for → segment durable → one append that refers to it → visible.</summary>
public sealed class ArrivalRecorder(IGrainFactory grains, IPackStore packs, PendingKeeps keeps, StoreInstruments instruments, StoreReadiness readiness, TimeProvider time)
{
    /// <summary>Prefix of a replay's watch id, and of its stream and pack.</summary>
    public const string ReplayPrefix = "replay-";

    private const int MaxForwards = 8;
    private const int HeadOverheadBytes = 512;

    /// <summary>Records a batch under its watch id.</summary>
    public Task<ArrivalOutcome> Record(string watchId, IReadOnlyList<CapturedExchange> batch, CancellationToken cancellationToken) =>
        watchId.StartsWith(ReplayPrefix, StringComparison.Ordinal) ? RecordReplay(watchId, batch, cancellationToken) : RecordConversation(watchId, batch, cancellationToken);

    private async Task<ArrivalOutcome> RecordConversation(string id, IReadOnlyList<CapturedExchange> batch, CancellationToken cancellationToken)
    {
        ExchangeOffer[] offers = [.. batch.Select(exchange => new ExchangeOffer(exchange.Head.Id, SizeOf(exchange), exchange.Head.End is ExchangeEnd.Open))];
        for (int forward = 0; forward < MaxForwards; forward++)
        {
            IConversationIntake conversation = grains.GetGrain<IConversationIntake>(id);
            Admission admission = await conversation.Admit(offers);
            if (!admission.Kept)
            {
                // A keep by hand asks the nodes first and keeps with the first exchange that any of them holds.
                if (!await keeps.KeepNow(id, cancellationToken))
                    return ArrivalOutcome.NotKept;
                continue;
            }

            if (admission.ForwardTo is null)
            {
                // Of one that ended while its beginning was on the way, the whole.
                CapturedExchange[] wanted = [.. batch.Where(exchange => admission.Wanted.Contains(exchange.Head.Id)).OrderBy(exchange => exchange.Head.End is ExchangeEnd.Open).DistinctBy(exchange => exchange.Head.Id)];
                if (wanted.Length == 0)
                    return ArrivalOutcome.Recorded;
                string? forwardTo = await conversation.RecordSegment(await Write(ConversationJournal.Owner(id), wanted, cancellationToken));
                if (forwardTo is null)
                    return ArrivalOutcome.Recorded;
                id = forwardTo;
                continue;
            }

            id = admission.ForwardTo;
        }

        throw new InvalidOperationException($"Conversation {id} was forwarded {MaxForwards} times: merges go in a circle.");
    }

    private async Task<ArrivalOutcome> RecordReplay(string watchId, IReadOnlyList<CapturedExchange> batch, CancellationToken cancellationToken)
    {
        IReplayGrain replay = grains.GetGrain<IReplayGrain>(watchId[ReplayPrefix.Length..]);
        if (await replay.Report() is null)
            return ArrivalOutcome.NotKept;
        HashSet<ExchangeId> known = [.. (await replay.Observed()).Select(exchange => exchange.Id)];
        CapturedExchange[] wanted = [.. batch.Where(exchange => !known.Contains(exchange.Head.Id)).DistinctBy(exchange => exchange.Head.Id)];
        if (wanted.Length > 0)
            await replay.Record(await Write(watchId, wanted, cancellationToken));
        return ArrivalOutcome.Recorded;
    }

    private async Task<StoredExchange[]> Write(string owner, CapturedExchange[] exchanges, CancellationToken cancellationToken)
    {
        using Activity? span = StoreActivities.WriteSegment(owner, exchanges.Length);
        long started = time.GetTimestamp();
        SegmentWritten written = await readiness.Watch("packs", () => packs.WriteSegment(owner, exchanges, cancellationToken));
        instruments.OnSegmentWritten(time.GetElapsedTime(started));
        return [.. exchanges.Select((exchange, ordinal) => new StoredExchange(exchange.Head, written.Segment, ordinal, written.StoredBytes[ordinal]))];
    }

    private static long SizeOf(CapturedExchange exchange) => exchange.RequestBody.Length + exchange.ResponseBody.Length + HeadOverheadBytes;
}
