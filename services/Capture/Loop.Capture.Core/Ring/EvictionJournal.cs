namespace Loop.Capture.Core.Ring;

/// <summary>
/// Remembers by key hash what newer exchanges pushed out of the ring, so that a conversation of which a part is gone does not call itself whole. Of fixed
/// size, 24 bytes an entry: the oldest is overwritten, and how far back it reaches is told with every answer. It has a place of its own, since evictions are
/// as frequent as exchanges and would push the rarer losses out of <see cref="LossJournal"/>.
/// </summary>
public sealed class EvictionJournal(int capacity)
{
    private readonly ulong[] _hashes = new ulong[capacity];
    private readonly long[] _sequences = new long[capacity];
    private readonly long[] _ticks = new long[capacity];
    private readonly Lock _gate = new();
    private long _count;
    private long _forgottenTicks;

    /// <summary>Everything that was evicted at this time or later is here; null while nothing was overwritten.</summary>
    public DateTimeOffset? Since
    {
        get
        {
            long ticks = Volatile.Read(ref _forgottenTicks);
            return ticks == 0 ? null : new DateTimeOffset(ticks + 1, TimeSpan.Zero);
        }
    }

    /// <summary>Enters an eviction under each key of the exchange.</summary>
    public void Add(ReadOnlySpan<ulong> keyHashes, long sequence, long utcTicks)
    {
        lock (_gate)
        {
            foreach (ulong hash in keyHashes)
            {
                int index = (int)(_count++ % _hashes.Length);
                Volatile.Write(ref _forgottenTicks, Math.Max(_forgottenTicks, _ticks[index]));
                (_hashes[index], _sequences[index], _ticks[index]) = (hash, sequence, utcTicks);
            }
        }
    }

    /// <summary>Adds what was evicted under a key: sequence and time. Reads all hashes, some ten microseconds: for collections, not for the hot path.</summary>
    public void Find(ulong keyHash, Dictionary<long, DateTimeOffset> found, int limit)
    {
        ArgumentNullException.ThrowIfNull(found);
        lock (_gate)
        {
            ReadOnlySpan<ulong> hashes = _hashes.AsSpan(0, (int)Math.Min(_count, _hashes.Length));
            for (int from = 0; from < hashes.Length && found.Count < limit; from++)
            {
                int next = hashes[from..].IndexOf(keyHash);
                if (next < 0)
                    return;
                from += next;
                found.TryAdd(_sequences[from], new DateTimeOffset(_ticks[from], TimeSpan.Zero));
            }
        }
    }

    /// <summary>Copies entries from a position on, and moves it; returns how many, 0 at the end. What was overwritten meanwhile is left out.</summary>
    public int CopySince(ref long position, Span<(ulong KeyHash, long Sequence)> entries)
    {
        lock (_gate)
        {
            position = Math.Max(position, _count - _hashes.Length);
            int copied = (int)Math.Min(_count - position, entries.Length);
            for (int entry = 0; entry < copied; entry++, position++)
                entries[entry] = (_hashes[position % _hashes.Length], _sequences[position % _hashes.Length]);
            return copied;
        }
    }
}
