using Loop.Capture.Core.Ring;
using Loop.Contracts.Conversations;

namespace Loop.Capture.Core.Collecting;

/// <summary>
/// Follows the index for the watches. Everything here runs under the index gate; that every record is in exactly one state there, and every watch remembers
/// what it delivered, is why a collection misses nothing and delivers nothing twice.
/// </summary>
internal sealed class WatchTable(ExchangeRing ring, CaptureCounters counters, PendingWork pending, TimeProvider timeProvider) : IIndexObserver
{
    private readonly Dictionary<string, Watch> _byId = [];
    private readonly Dictionary<ulong, List<Watch>> _byHash = [];
    private readonly Queue<RingRecord> _frontier = new();
    private readonly List<Watch> _matches = [];
    private readonly (ulong KeyHash, long Sequence)[] _evicted = new (ulong, long)[1_024];
    private long _evictionsSeen;
    private long _lossesSeen;

    public ReplayMarks Replays { get; } = new();

    /// <summary>The pump found no room for something; the next sweep lets it try again.</summary>
    public bool NeedsRetry { get; set; }

    public Watch GetOrAdd(string id)
    {
        if (_byId.TryGetValue(id, out Watch? watch))
            return watch;
        watch = new Watch(id);
        _byId.Add(id, watch);
        return watch;
    }

    public void Remove(string id)
    {
        if (!_byId.Remove(id, out Watch? watch))
            return;
        foreach (ulong hash in watch.Hashes)
        {
            List<Watch> watches = _byHash[hash];
            watches.Remove(watch);
            if (watches.Count == 0)
                _byHash.Remove(hash);
        }

        watch.Hashes.Clear();
    }

    public bool IsWatched(Watch watch) => _byId.TryGetValue(watch.Id, out Watch? current) && current == watch;

    /// <summary>Adds keys to a watch and the closure over what carries them; finished records that are new to the watch go to <paramref name="found"/>.</summary>
    public void Extend(Watch watch, IEnumerable<ulong> hashes, List<RingRecord> found)
    {
        foreach (ulong hash in hashes)
            AddHash(watch, hash);
        Spread(watch, found);
        // What the answer says need not be announced.
        watch.AnnouncedOpen = watch.Open.Count;
    }

    /// <summary>The same, but what is found is pushed.</summary>
    public void Follow(Watch watch, IEnumerable<ulong> hashes)
    {
        foreach (ulong hash in hashes)
            AddHash(watch, hash);
        Spread(watch, found: null);
    }

    /// <summary>Something that was counted as delivered never was: it was pushed out before it could be read.</summary>
    public void OnUndelivered(Watch watch, long sequence)
    {
        lock (ring.Index.Gate)
        {
            watch.Delivered.Remove(sequence);
            watch.HasLost = true;
        }
    }

    /// <summary>The records of a watch that have not ended, each with a reference for the caller. Only under the gate.</summary>
    public List<RingRecord> LeaseOpen(Watch watch)
    {
        var open = new Dictionary<long, RingRecord>();
        foreach (ulong hash in watch.Hashes)
        {
            foreach (RingRecord record in ring.Index.Find(hash))
            {
                if (record.State is RecordState.Open && watch.Open.Contains(record.Sequence) && open.TryAdd(record.Sequence, record))
                    record.AddReference();
            }
        }

        return [.. open.Values];
    }

    /// <summary>Marks the watches of which something was lost since the last look: what their last answer said is not all any more.</summary>
    public void LookAtLosses()
    {
        foreach (ulong hash in ring.Journal.HolesSince(ref _lossesSeen))
        {
            foreach (Watch watch in _byHash.GetValueOrDefault(hash) ?? [])
                watch.HasLost = true;
        }

        for (int count; (count = ring.Evictions.CopySince(ref _evictionsSeen, _evicted)) > 0;)
        {
            if (_byHash.Count == 0)
                continue;
            foreach ((ulong hash, long sequence) in _evicted.AsSpan(0, count))
            {
                foreach (Watch watch in _byHash.GetValueOrDefault(hash) ?? [])
                    watch.HasLost |= !watch.Delivered.Contains(sequence);
            }
        }
    }

    public void OnKeysAdded(RingRecord record) => Follow(record);

    public void OnCompleted(RingRecord record) => Follow(record);

    public void OnDropped(RingRecord record)
    {
        foreach (Watch watch in Matches(record))
        {
            if (watch.Open.Remove(record.Sequence))
                Announce(watch);
        }
    }

    public void OnSuspected(RingRecord record)
    {
        if (record.HasTriggered || Replays.ReplayOf(record) is not null)
            return;
        record.HasTriggered = true;
        if (pending.TryAddJudgement(record))
            return;
        counters.Add(CaptureCount.TriggersShed);
    }

    public void OnSweep()
    {
        Replays.Forget(timeProvider.GetUtcNow());
        LookAtLosses();
        foreach (Watch watch in _byId.Values)
        {
            if (watch.RepeatsLeft > 0)
                (watch.RepeatsLeft, watch.IsRepeating) = (watch.RepeatsLeft - 1, true);
            if (watch.IsRepeating || watch.HasLost || watch.AnnouncedOpen != watch.Open.Count)
                Announce(watch);
        }

        if (NeedsRetry)
            pending.AddRetry();
        NeedsRetry = false;
    }

    private void Follow(RingRecord record)
    {
        if (_byHash.Count == 0)
            return;
        foreach (Watch watch in Matches(record))
        {
            _frontier.Enqueue(record);
            Spread(watch, found: null);
            if (watch.AnnouncedOpen != watch.Open.Count)
                Announce(watch);
        }
    }

    private List<Watch> Matches(RingRecord record)
    {
        _matches.Clear();
        if (_byHash.Count == 0)
            return _matches;
        ReadOnlySpan<ulong> keys = record.Keys;
        foreach (ulong hash in keys[..record.KeyCount])
        {
            if (!_byHash.TryGetValue(hash, out List<Watch>? watches))
                continue;
            foreach (Watch watch in watches)
            {
                if (!_matches.Contains(watch))
                    _matches.Add(watch);
            }
        }

        return _matches;
    }

    private void Spread(Watch watch, List<RingRecord>? found)
    {
        while (_frontier.TryDequeue(out RingRecord? record))
        {
            if (Replays.ReplayOf(record) != watch.ReplayId)
                continue;
            Take(watch, record, found);
            ReadOnlySpan<ulong> keys = record.Keys;
            foreach (ulong hash in keys[..record.KeyCount])
                AddHash(watch, hash);
        }
    }

    private void Take(Watch watch, RingRecord record, List<RingRecord>? found)
    {
        if (record.State is not RecordState.Complete)
        {
            watch.Open.Add(record.Sequence);
            return;
        }

        watch.Open.Remove(record.Sequence);
        if (watch.Delivered.Contains(record.Sequence))
            return;
        if (watch.Delivered.Count == Watch.ExchangeLimit)
        {
            OnShed(record);
            return;
        }

        watch.Delivered.Add(record.Sequence);
        if (found is not null)
            found.Add(record);
        else if (!pending.TryAddDelivery(record, watch))
            OnShed(record);
    }

    private void AddHash(Watch watch, ulong hash)
    {
        if (watch.Hashes.Contains(hash) || watch.Hashes.Count == Watch.KeyLimit)
            return;
        if (watch.ReplayId is { } replayId && !TryMark(hash, replayId))
            return;
        watch.Hashes.Add(hash);
        if (!_byHash.TryGetValue(hash, out List<Watch>? watches))
            _byHash.Add(hash, watches = []);
        watches.Add(watch);
        int rest = Watch.ExchangeLimit;
        foreach (RingRecord record in ring.Index.Find(hash))
        {
            // Youngest first; a key that half of the ring carries must not hold the gate for long.
            if (rest-- == 0)
                break;
            _frontier.Enqueue(record);
        }
    }

    // A key that a replay's exchange brought along is the replay's too, unless real traffic carries it: that must go on to trigger.
    private bool TryMark(ulong hash, string replayId)
    {
        foreach (RingRecord record in ring.Index.Find(hash))
        {
            if (Replays.ReplayOf(record) != replayId)
                return false;
        }

        Replays.Add(hash, replayId);
        return true;
    }

    private void Announce(Watch watch)
    {
        if (watch.IsAnnouncing)
            return;
        watch.IsAnnouncing = true;
        pending.AddAnnouncement(watch);
    }

    private void OnShed(RingRecord record)
    {
        counters.Add(CaptureCount.Shed);
        ReadOnlySpan<ulong> keys = record.Keys;
        ring.Journal.Add(keys[..record.KeyCount], LossReason.Shed, record.FirstArrivalAt);
    }
}
