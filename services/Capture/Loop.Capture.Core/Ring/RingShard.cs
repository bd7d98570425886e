namespace Loop.Capture.Core.Ring;

/// <summary>
/// The part of the ring that one connection fills: a page that its small exchanges share, and its finished records from old to young.
/// A shard of a closed connection lives until its last record is evicted.
/// </summary>
internal sealed class RingShard(ExchangeRing ring)
{
    // Less than this is not worth an extent of its own: the rest of the page is left and a new page begun.
    private const int SmallestPiece = 256;

    private readonly Lock _pageGate = new();
    private readonly Lock _queueGate = new();
    private int _page = -1;
    private int _offset;
    private RingRecord? _oldest;
    private RingRecord? _youngest;
    private long _bytes;
    private UnfinishedList _unfinished;
    private bool _isClosed;
    private long _oldestTicks = long.MaxValue;

    /// <summary>Bytes of the finished records; eviction takes from the shard that holds most. Read without a lock: a guess that is a moment old is good enough.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Start of the oldest finished record, UTC ticks; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestTicks => Volatile.Read(ref _oldestTicks);

    public int Count { get; private set; }

    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>
    /// Reserves bytes on the shared page by moving its end; the bytes are copied by the caller, outside of the lock. Grows <paramref name="last"/> in place
    /// where it lies at the end.
    /// </summary>
    public bool TryReserve(Extent last, bool hasLast, int wanted, int minimum, out Extent extent, out bool extended)
    {
        lock (_pageGate)
        {
            int room = _page < 0 ? 0 : PagePool.PageBytes - _offset;
            extended = hasLast && last.IsShared && last.Page == _page && last.Offset + last.Capacity == _offset && room >= minimum;
            if (!extended && room < Math.Max(minimum, Math.Min(wanted, SmallestPiece)))
            {
                if (!ring.TryTakePage(out int page))
                {
                    extent = default;
                    return false;
                }

                if (_page >= 0)
                    ring.Pool.Release(_page);
                (_page, _offset, room) = (page, 0, PagePool.PageBytes);
            }

            int granted = Math.Min(wanted, room);
            if (extended)
            {
                extent = last;
                extent.Capacity += granted;
            }
            else
            {
                ring.Pool.AddReference(_page);
                extent = new Extent(_page, _offset, granted, isShared: true);
            }

            _offset += granted;
            return true;
        }
    }

    /// <summary>Takes over a page (and the caller's reference to it) whose bytes from <paramref name="offset"/> on are free, if that is more room than there is.</summary>
    public bool TryAdopt(int page, int offset)
    {
        lock (_pageGate)
        {
            int room = _page < 0 ? 0 : PagePool.PageBytes - _offset;
            if (IsClosed || PagePool.PageBytes - offset <= room)
                return false;
            if (_page >= 0)
                ring.Pool.Release(_page);
            (_page, _offset) = (page, offset);
            return true;
        }
    }

    /// <summary>An exchange begins; false when the connection has ended already.</summary>
    public bool TryBegin(RingRecord record)
    {
        lock (_queueGate)
        {
            if (_isClosed)
                return false;
            _unfinished.Append(record);
            return true;
        }
    }

    /// <summary>An exchange left without joining the queue.</summary>
    public void OnDropped(RingRecord record)
    {
        lock (_queueGate)
            _unfinished.Remove(record);
        VanishIfOver();
    }

    /// <summary>Adds the unfinished exchanges that began before a time and still share pages.</summary>
    public void FindLongLived(DateTimeOffset before, List<(RingRecord Record, long Sequence)> found)
    {
        lock (_queueGate)
            _unfinished.FindLongLived(before, found);
    }

    /// <summary>Links a finished record. From here on it may be evicted and reused at any moment: the caller forgets it.</summary>
    public void Link(RingRecord record)
    {
        lock (_queueGate)
        {
            _unfinished.Remove(record);
            if (_youngest is null)
                _oldest = record;
            else
                _youngest.Next = record;
            _youngest = record;
            Count++;
            _bytes += record.ChargedBytes;
            _oldestTicks = _oldest!.FirstArrivalAt.UtcTicks;
        }
    }

    /// <summary>Takes the oldest finished record out of the queue.</summary>
    public RingRecord? Unlink()
    {
        lock (_queueGate)
        {
            if (_oldest is not { } record)
                return null;
            _oldest = record.Next;
            record.Next = null;
            if (_oldest is null)
                _youngest = null;
            Count--;
            _bytes -= record.ChargedBytes;
            _oldestTicks = _oldest?.FirstArrivalAt.UtcTicks ?? long.MaxValue;
            return record;
        }
    }

    /// <summary>
    /// Goes on through the finished records, from old to young, by at most <paramref name="count"/> of them, and adds those that are wanted; false at the end. What
    /// was evicted since the last call is passed over: as the oldest goes first, all that was seen before it is gone as well.
    /// </summary>
    public bool CopyNext(ref ShardCursor cursor, int count, Func<RingRecord, bool> isWanted, List<(RingRecord Record, long Sequence)> found)
    {
        lock (_queueGate)
        {
            RingRecord? next = NextOf(cursor);
            for (; next is not null && count > 0; next = next.Next, count--)
            {
                cursor = new ShardCursor(next, next.Sequence);
                if (isWanted(next))
                    found.Add((next, next.Sequence));
            }

            return next is not null;
        }
    }

    /// <summary>The connection ended. What is in the queue stays; the shared page is given up.</summary>
    public void Close()
    {
        lock (_queueGate)
            Volatile.Write(ref _isClosed, true);
        GiveUpPage();
        VanishIfOver();
    }

    /// <summary>Leaves the ring when the connection is gone, nothing is unfinished and nothing is kept.</summary>
    public void VanishIfOver()
    {
        lock (_queueGate)
        {
            if (!_isClosed || !_unfinished.IsEmpty || _oldest is not null)
                return;
        }

        GiveUpPage();
        ring.Remove(this);
    }

    // A record that left the queue has no next one, and one that was used anew has another sequence.
    private RingRecord? NextOf(in ShardCursor cursor)
    {
        if (cursor.Last is null || cursor.Last.Sequence != cursor.Sequence || cursor.Last.Shard != this)
            return _oldest;
        return cursor.Last == _youngest ? null : cursor.Last.Next ?? _oldest;
    }

    private void GiveUpPage()
    {
        int page;
        lock (_pageGate)
            (page, _page) = (_page, -1);
        if (page >= 0)
            ring.Pool.Release(page);
    }
}
