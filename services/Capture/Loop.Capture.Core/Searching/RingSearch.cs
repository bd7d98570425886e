using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;

namespace Loop.Capture.Core.Searching;

/// <summary>
/// Looks through the whole ring, newest first. Nothing is indexed for it, so that a mesh without failures pays nothing; a search pays instead: measured with
/// 170,000 exchanges in 256 MiB, some hundred milliseconds for a route that nothing fits, and some seconds for a session where every one of them carries cookies of
/// which tokens must be made (<c>bench/Loop.Benchmarks/RingSearchBenchmarks.cs</c>). It never holds what an input waits for: a shard's queue is locked for a few
/// hundred records at a time, one record is read with a reference to it, and between batches its thread goes back to whoever waits for one.
/// </summary>
internal sealed class RingSearch(ExchangeRing ring, WatchTable watches)
{
    private const int RecordsPerTurn = 256;

    /// <summary>The newest exchanges that fit, youngest first.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public async Task<IReadOnlyList<FoundExchange>> Run(RingQuery query, int limit, HeaderRedactor redactor, CancellationToken cancellationToken)
    {
        IEntryFilter filter = query switch
        {
            HealthyOfRoute healthy => new HealthyFilter(healthy.Route, ring, watches),
            SameSession session => new SessionFilter(session, redactor),
            _ => throw new InvalidOperationException($"{query.GetType().Name} cannot be looked for."),
        };
        List<(RingRecord Record, long Sequence)> candidates = await Candidates(filter, cancellationToken).ConfigureAwait(false);
        candidates.Sort(static (left, right) => right.Sequence.CompareTo(left.Sequence));
        var found = new List<FoundExchange>();
        for (int index = 0; index < candidates.Count && found.Count < limit; index++)
        {
            if (index % RecordsPerTurn == RecordsPerTurn - 1)
                await GiveWay(cancellationToken).ConfigureAwait(false);
            if (Examine(candidates[index].Record, candidates[index].Sequence, filter) is { } exchange)
                found.Add(exchange);
        }

        return found;
    }

    private async Task<List<(RingRecord Record, long Sequence)>> Candidates(IEntryFilter filter, CancellationToken cancellationToken)
    {
        var candidates = new List<(RingRecord, long)>();
        foreach (RingShard shard in ring.Shards)
        {
            for (ShardCursor cursor = default; shard.CopyNext(ref cursor, RecordsPerTurn, filter.MayFit, candidates);)
                await GiveWay(cancellationToken).ConfigureAwait(false);
        }

        return candidates;
    }

    private static async Task GiveWay(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
    }

    private FoundExchange? Examine(RingRecord record, long sequence, IEntryFilter filter)
    {
        if (!TryLease(record, sequence))
            return null;
        try
        {
            return filter.Fits(record) && RecordReader.DecodeHead(record, ring.Node) is { Keys.Count: > 0 } head && filter.Fits(record, head)
                ? new FoundExchange(head.Id, head.Keys, head.StartedAt)
                : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            // Counted and journalled when it came; what cannot be read is not what is looked for.
            return null;
        }
        finally
        {
            record.Release();
        }
    }

    private bool TryLease(RingRecord record, long sequence)
    {
        lock (ring.Index.Gate)
            return ring.Index.TryLease(record, sequence) && (watches.Replays.ReplayOf(record) is null || GiveBack(record));
    }

    private static bool GiveBack(RingRecord record)
    {
        record.Release();
        return false;
    }
}
