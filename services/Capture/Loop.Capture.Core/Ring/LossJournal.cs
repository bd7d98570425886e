using Loop.Contracts.Conversations;

namespace Loop.Capture.Core.Ring;

/// <summary>
/// Remembers by key hash what was shed, truncated or malformed, so that a gap in a conversation has a reason. Of fixed size: the oldest entry is overwritten.
/// What was evicted from the ring is not entered: it would push out the rest, see <see cref="EvictionJournal"/>.
/// </summary>
public sealed class LossJournal(int capacity)
{
    /// <summary>Stands for the key of an exchange of which no key was read; no key has this hash.</summary>
    public const ulong UnknownKey = 0;

    private readonly Entry[] _entries = new Entry[capacity];
    private readonly Lock _gate = new();
    private long _count;

    /// <summary>Enters a loss under one key.</summary>
    public void Add(ulong keyHash, LossReason reason, DateTimeOffset at)
    {
        lock (_gate)
        {
            _entries[_count++ % _entries.Length] = new Entry(keyHash, at.UtcTicks, reason);
        }
    }

    /// <summary>Enters a loss under each of the keys.</summary>
    public void Add(ReadOnlySpan<ulong> keyHashes, LossReason reason, DateTimeOffset at)
    {
        foreach (ulong hash in keyHashes)
            Add(hash, reason, at);
    }

    /// <summary>All entries of the keys that <paramref name="isAsked"/> picks, oldest first. Reads the whole journal: for collections, not for the hot path.</summary>
    public IReadOnlyList<(ulong KeyHash, LossReason Reason, DateTimeOffset At)> Find(Func<ulong, bool> isAsked)
    {
        ArgumentNullException.ThrowIfNull(isAsked);
        var found = new List<(ulong, LossReason, DateTimeOffset)>();
        lock (_gate)
        {
            for (int index = 0; index < _entries.Length; index++)
            {
                ref readonly Entry entry = ref _entries[(_count + index) % _entries.Length];
                if (entry.UtcTicks != 0 && isAsked(entry.KeyHash))
                    found.Add((entry.KeyHash, entry.Reason, new DateTimeOffset(entry.UtcTicks, TimeSpan.Zero)));
            }
        }

        return found;
    }

    /// <summary>Copies the keys of whole exchanges that were lost from a position on, and moves it. A body that stopped growing says so itself.</summary>
    public IReadOnlyList<ulong> HolesSince(ref long position)
    {
        lock (_gate)
        {
            if (position == _count)
                return [];
            var keys = new List<ulong>();
            for (position = Math.Max(position, _count - _entries.Length); position < _count; position++)
            {
                ref readonly Entry entry = ref _entries[position % _entries.Length];
                if (entry.KeyHash != UnknownKey && entry.Reason is not LossReason.Truncated)
                    keys.Add(entry.KeyHash);
            }

            return keys;
        }
    }

    private readonly record struct Entry(ulong KeyHash, long UtcTicks, LossReason Reason);
}
