using Loop.Capture.Core.Intake;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Core.Ring;

/// <summary>
/// A capture node's bounded memory of recent exchanges: one pool of pages, one shard per connection, one index by trace key.
/// <para>Eviction takes the oldest finished record of the shard that holds most bytes, until a page is free: a busy connection pushes out its own past,
/// not that of a quiet one. What closed connections left behind has no such protection: it goes as soon as it is older than that record, or a mesh that
/// reconnects often would fill the ring with what nobody adds to any more.</para>
/// <para>Exchanges in progress hold at most a share of the pool. How far a body may grow sinks with what is left of that share (a sixteenth of it, at
/// least a small exchange's worth): so the largest bodies stop first, and a new exchange still finds room after a thousand uploads.</para>
/// </summary>
public sealed class ExchangeRing
{
    private const int ShareOfRest = 16;
    private const int SmallBodyBytes = 16 * 1024;
    private const int ReserveLimit = 4_096;

    private readonly Lock _evictionGate = new();
    private readonly Lock _shardGate = new();
    private readonly Stack<RingRecord> _reserve = new();
    private readonly CaptureCounters _counters;
    private readonly RingShard _longLived;
    private RingShard[] _shards = [];
    private long _sequence;
    private long _inProgressBytes;
    private long _evictedTicks;
    private long _arrivedTicks;
    private int _openCount;

    /// <summary>A ring; takes all its memory now.</summary>
    public ExchangeRing(IOptions<RingOptions> options, CaptureNodeIdentity node, CaptureCounters counters)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options.Value;
        Node = node;
        _counters = counters;
        Pool = new PagePool(Options.PoolBytes);
        InProgressLimit = Pool.TotalBytes * Options.InProgressPercent / 100;
        Index = new KeyIndex();
        Journal = new LossJournal(Options.JournalEntries);
        Evictions = new EvictionJournal(Options.EvictionEntries);
        _longLived = new RingShard(this);
    }

    /// <summary>Who this node is.</summary>
    public CaptureNodeIdentity Node { get; }

    /// <summary>What was lost, by key.</summary>
    public LossJournal Journal { get; }

    /// <summary>What was evicted, by key.</summary>
    public EvictionJournal Evictions { get; }

    /// <summary>Bytes of the pool.</summary>
    public long TotalBytes => Pool.TotalBytes;

    /// <summary>Bytes of the pool in use.</summary>
    public long UsedBytes => Pool.UsedBytes;

    /// <summary>Bytes that unfinished exchanges hold; never more than <see cref="InProgressLimit"/>.</summary>
    public long InProgressBytes => Volatile.Read(ref _inProgressBytes);

    /// <summary>The most that unfinished exchanges may hold.</summary>
    public long InProgressLimit { get; }

    /// <summary>Exchanges that have not ended.</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    /// <summary>Finished exchanges and access-log entries in the ring.</summary>
    public long Count => Volatile.Read(ref _shards).Sum(shard => (long)shard.Count);

    /// <summary>Shards of open connections, and of closed ones that still hold something.</summary>
    public int ShardCount => Volatile.Read(ref _shards).Length;

    /// <summary>Start of the oldest exchange in the ring; null while it is empty.</summary>
    public DateTimeOffset? OldestAt
    {
        get
        {
            long oldest = Volatile.Read(ref _shards).Select(shard => shard.OldestTicks).DefaultIfEmpty(long.MaxValue).Min();
            return oldest == long.MaxValue ? null : new DateTimeOffset(oldest, TimeSpan.Zero);
        }
    }

    /// <summary>What began earlier may have been evicted; null while nothing was. One tick after the youngest start of all that was evicted.</summary>
    public DateTimeOffset? Horizon
    {
        get
        {
            long ticks = Volatile.Read(ref _evictedTicks);
            return ticks == 0 ? null : new DateTimeOffset(ticks + 1, TimeSpan.Zero);
        }
    }

    internal RingOptions Options { get; }

    internal PagePool Pool { get; }

    internal KeyIndex Index { get; }

    internal SeenServices Services { get; } = new();

    /// <summary>The shards of this moment.</summary>
    internal IReadOnlyList<RingShard> Shards => Volatile.Read(ref _shards);

    internal RingShard OpenShard()
    {
        var shard = new RingShard(this);
        lock (_shardGate)
            Volatile.Write(ref _shards, [.. _shards, shard]);
        return shard;
    }

    internal void Remove(RingShard shard)
    {
        lock (_shardGate)
            Volatile.Write(ref _shards, [.. _shards.Where(other => other != shard)]);
    }

    internal RingRecord? Begin(RingShard shard, in ExchangeSource source, DateTimeOffset arrivedAt)
    {
        RingRecord? record;
        lock (_reserve)
            _reserve.TryPop(out record);
        record ??= new RingRecord(this);
        Volatile.Write(ref _arrivedTicks, arrivedAt.UtcTicks);
        record.Begin(Interlocked.Increment(ref _sequence), shard, source, arrivedAt);
        if (!shard.TryBegin(record))
        {
            record.Release();
            return null;
        }

        Interlocked.Increment(ref _openCount);
        return record;
    }

    internal void Return(RingRecord record)
    {
        lock (_reserve)
        {
            if (_reserve.Count < ReserveLimit)
                _reserve.Push(record);
        }
    }

    /// <summary>Bytes that a body with this many kept bytes may still grow by.</summary>
    internal long BodyRoom(long keptBytes)
    {
        long rest = Math.Max(0, InProgressLimit - InProgressBytes);
        long allowance = Math.Min(Options.BodyLimitBytes, Math.Max(Math.Min(rest, SmallBodyBytes), rest / ShareOfRest));
        return Math.Max(0, allowance - keptBytes);
    }

    internal bool TryCharge(long bytes)
    {
        if (Interlocked.Add(ref _inProgressBytes, bytes) <= InProgressLimit)
            return true;
        Interlocked.Add(ref _inProgressBytes, -bytes);
        return false;
    }

    internal void Discharge(long bytes) => Interlocked.Add(ref _inProgressBytes, -bytes);

    /// <summary>A page, evicting for it if need be; false when all that is left belongs to unfinished exchanges and readers.</summary>
    internal bool TryTakePage(out int page)
    {
        while (!Pool.TryTake(out page))
        {
            if (!TryEvict())
                return false;
        }

        return true;
    }

    /// <summary>
    /// Moves exchanges that began before a time, and are not finished, off the pages that they share: a thousand idle streams would otherwise pin a thousand
    /// pages with a few bytes each. The one case in which recorded bytes are copied again.
    /// </summary>
    internal void SeparateLongLived(DateTimeOffset before)
    {
        var found = new List<(RingRecord Record, long Sequence)>();
        foreach (RingShard shard in Volatile.Read(ref _shards))
            shard.FindLongLived(before, found);
        foreach ((RingRecord record, long sequence) in found)
        {
            lock (record.Gate)
            {
                if (record.Sequence == sequence && record.State is RecordState.Open)
                    record.TryLeaveSharedPages(_longLived);
            }
        }
    }

    /// <summary>The record is finished and indexed as such: it joins its shard's queue. The caller must not touch it afterwards.</summary>
    internal void Finish(RingRecord record)
    {
        long charged = record.ChargedBytes;
        record.FinishWriting();
        Discharge(charged);
        Interlocked.Decrement(ref _openCount);
        record.Shard.Link(record);
    }

    /// <summary>The record is given up before it finished; it is in no index any more. The caller must not touch it afterwards.</summary>
    internal void Drop(RingRecord record)
    {
        RingShard shard = record.Shard;
        Discharge(record.ChargedBytes);
        Interlocked.Decrement(ref _openCount);
        shard.OnDropped(record);
        record.Release();
    }

    private bool TryEvict()
    {
        lock (_evictionGate)
        {
            RingShard? chosen = ChooseShard();
            if (chosen?.Unlink() is not { } record)
                return chosen is not null;

            // Before it leaves the index: a collection finds it in the one or in the other. The arrival that it made room for is the time.
            ReadOnlySpan<ulong> keys = record.Keys;
            if (!record.IsRepeated)
                Evictions.Add(keys[..record.KeyCount], record.Sequence, Volatile.Read(ref _arrivedTicks));
            Index.Remove(record);
            _evictedTicks = Math.Max(_evictedTicks, record.FirstArrivalAt.UtcTicks);
            _counters.Add(CaptureCount.Evicted);
            record.Release();
            if (chosen.Count == 0)
                chosen.VanishIfOver();
            return true;
        }
    }

    private RingShard? ChooseShard()
    {
        RingShard? largest = null;
        RingShard? leftBehind = null;
        foreach (RingShard shard in Volatile.Read(ref _shards))
        {
            if (shard.Count == 0)
                continue;
            if (!shard.IsClosed && (largest is null || shard.Bytes > largest.Bytes))
                largest = shard;
            if (shard.IsClosed && (leftBehind is null || shard.OldestTicks < leftBehind.OldestTicks))
                leftBehind = shard;
        }

        return leftBehind is not null && leftBehind.OldestTicks <= (largest?.OldestTicks ?? long.MaxValue) ? leftBehind : largest ?? leftBehind;
    }
}
