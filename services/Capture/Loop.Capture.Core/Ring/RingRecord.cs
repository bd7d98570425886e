using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Ring;

/// <summary>
/// One exchange, or one access-log entry, in the ring. Reused after eviction; whoever keeps one without a reference keeps its sequence beside it and asks
/// <see cref="KeyIndex.TryLease"/>. Locks are taken in this order: record, shard's pages, eviction, shard's queue, index gate, pool.
/// </summary>
internal sealed class RingRecord(ExchangeRing ring)
{
    // An exchange whose bytes outgrow this, or that lies on this many places, gets pages of its own: an endless stream must not pin what others lie on.
    private const int SharedBytesLimit = 16 * 1024;
    private const int SharedExtentsLimit = 8;

    public readonly RecordLog RequestLog = new();
    public readonly RecordLog ResponseLog = new();
    public readonly Lock Gate = new();

    private int _references;
    private RingShard _sharing = null!;
    private int _sharedBytes;
    private int _sharedExtents;
    private bool _ownsPages;
    private int _ownPage = -1;
    private int _ownOffset;

    public ChunkPace Pace;
    public KeyHashes Keys;
    public KeyNodes Nodes;
    public int KeyCount;

    public long Sequence { get; private set; }

    public RecordState State { get; set; }

    public RingShard Shard { get; private set; } = null!;

    public ExchangeSource Source { get; private set; }

    public DateTimeOffset FirstArrivalAt { get; private set; }

    /// <summary>The earliest time that a part of it tells: a tap file comes after the exchange is over.</summary>
    public DateTimeOffset EarliestAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public long RequestBodySize { get; set; }

    public long ResponseBodySize { get; set; }

    public long RequestKept { get; set; }

    public long ResponseKept { get; set; }

    public bool RequestTruncated { get; set; }

    public bool ResponseTruncated { get; set; }

    public bool Inexact { get; set; }

    public ExchangeEnd End { get; set; }

    public BrokenOffBy BrokenOffBy { get; set; }

    public ExchangeView View { get; set; }

    public ulong RequestIdHash { get; set; }

    public ulong DownstreamRemoteHash { get; set; }

    public ulong ResponseFlags { get; set; }

    /// <summary>An access-log entry that told the end of an exchange already.</summary>
    public bool IsSpent { get; set; }

    /// <summary>An access-log entry of an exchange that was recorded with its parts: without it nothing of the conversation is missing.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>It was handed over as a trigger; once is enough.</summary>
    public bool HasTriggered { get; set; }

    /// <summary>Bytes that this record is charged with: extents on shared pages, whole pages of its own.</summary>
    public long ChargedBytes { get; private set; }

    /// <summary>Next younger record of the shard's queue.</summary>
    public RingRecord? Next { get; set; }

    /// <summary>Neighbours among the shard's unfinished records.</summary>
    public RingRecord? OlderUnfinished { get; set; }

    /// <inheritdoc cref="OlderUnfinished"/>
    public RingRecord? YoungerUnfinished { get; set; }

    /// <summary>False once it lies among the long-lived.</summary>
    public bool SharesPagesOfShard => _sharedExtents > 0 && _sharing == Shard;

    public bool IsAccessLog => Source.Input is CaptureInput.AccessLog;

    public PagePool Pool => ring.Pool;

    public RecordLog Log(MessageDirection direction) => direction is MessageDirection.Request ? RequestLog : ResponseLog;

    public void Begin(long sequence, RingShard shard, in ExchangeSource source, DateTimeOffset arrivedAt)
    {
        Sequence = sequence;
        Shard = _sharing = shard;
        Source = source;
        View = source.View;
        FirstArrivalAt = EarliestAt = arrivedAt;
        State = RecordState.Open;
        End = ExchangeEnd.Open;
        _references = 1;
    }

    /// <summary>Makes room for at least <paramref name="minimum"/> further bytes of a log, for <paramref name="wanted"/> where that is possible.</summary>
    public bool TryReserve(RecordLog log, int wanted, int minimum)
    {
        minimum = PartFrame.Align(minimum);
        wanted = Math.Max(minimum, Math.Min(PartFrame.Align(wanted), PagePool.PageBytes));
        if (!_ownsPages && _sharedBytes + wanted <= SharedBytesLimit && _sharedExtents < SharedExtentsLimit)
            return TryReserveShared(log, wanted, minimum);
        _ownsPages = true;
        return TryReserveOwn(log, wanted, minimum);
    }

    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Gives up one reference; the last one frees the pages and returns this object to the reserve.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        ReleasePages(RequestLog);
        ReleasePages(ResponseLog);
        if (_ownPage >= 0)
            Pool.Release(_ownPage);
        Reset();
        ring.Return(this);
    }

    /// <summary>Nothing will be added: the rest of the page that it owned alone goes to its shard, for the next small exchanges.</summary>
    public void FinishWriting()
    {
        if (_ownPage < 0)
            return;
        int page = _ownPage;
        _ownPage = -1;
        if (Shard.TryAdopt(page, _ownOffset))
            ChargedBytes -= PagePool.PageBytes - _ownOffset;
        else
            Pool.Release(page);
    }

    /// <summary>Moves what lies on shared pages to pages for the long-lived; false when there was no room: the next sweep tries again. Only while the record is open, under its gate.</summary>
    public bool TryLeaveSharedPages(RingShard longLived)
    {
        if (!TryMove(RequestLog, longLived) || !TryMove(ResponseLog, longLived))
            return false;
        _sharing = longLived;
        return true;
    }

    private bool TryMove(RecordLog log, RingShard longLived)
    {
        for (int index = 0; index < log.Count; index++)
        {
            ref Extent extent = ref log[index];
            if (!extent.IsShared)
                continue;
            if (!longLived.TryReserve(default, hasLast: false, extent.Capacity, extent.Capacity, out Extent moved, out _))
                return false;
            Pool.Span(extent.Page, extent.Offset, extent.Used).CopyTo(Pool.Span(moved.Page, moved.Offset, extent.Used));
            int old = extent.Page;
            extent = new Extent(moved.Page, moved.Offset, extent.Capacity, isShared: true) { Used = extent.Used };
            Pool.Release(old);
        }

        return true;
    }

    private bool TryReserveShared(RecordLog log, int wanted, int minimum)
    {
        if (!ring.TryCharge(wanted))
            return false;
        Extent last = log.Count == 0 ? default : log.Last;
        if (!_sharing.TryReserve(last, log.Count > 0, wanted, minimum, out Extent extent, out bool extended))
        {
            ring.Discharge(wanted);
            return false;
        }

        int granted = extended ? extent.Capacity - last.Capacity : extent.Capacity;
        ring.Discharge(wanted - granted);
        ChargedBytes += granted;
        _sharedBytes += granted;
        if (extended)
        {
            log.Last.Capacity = extent.Capacity;
            return true;
        }

        _sharedExtents++;
        log.Add(extent);
        return true;
    }

    private bool TryReserveOwn(RecordLog log, int wanted, int minimum)
    {
        if (_ownPage < 0 || PagePool.PageBytes - _ownOffset < minimum)
        {
            if (!ring.TryCharge(PagePool.PageBytes))
                return false;
            if (!ring.TryTakePage(out int page))
            {
                ring.Discharge(PagePool.PageBytes);
                return false;
            }

            ChargedBytes += PagePool.PageBytes;
            if (_ownPage >= 0)
                Pool.Release(_ownPage);
            (_ownPage, _ownOffset) = (page, 0);
        }

        int granted = Math.Min(wanted, PagePool.PageBytes - _ownOffset);
        if (log.Count > 0 && !log.Last.IsShared && log.Last.Page == _ownPage && log.Last.Offset + log.Last.Capacity == _ownOffset)
        {
            log.Last.Capacity += granted;
        }
        else
        {
            Pool.AddReference(_ownPage);
            log.Add(new Extent(_ownPage, _ownOffset, granted, isShared: false));
        }

        _ownOffset += granted;
        return true;
    }

    private void ReleasePages(RecordLog log)
    {
        foreach (ref readonly Extent extent in log.Extents)
            Pool.Release(extent.Page);
        log.Reset();
    }

    private void Reset()
    {
        (Sequence, KeyCount, State) = (0, 0, RecordState.Gone);
        (Shard, _sharing, Source, Next) = (null!, null!, default, null);
        (EndedAt, RequestBodySize, ResponseBodySize, RequestKept, ResponseKept) = (null, 0, 0, 0, 0);
        (RequestTruncated, ResponseTruncated, Inexact, IsSpent, IsRepeated, HasTriggered) = (false, false, false, false, false, false);
        (End, BrokenOffBy, RequestIdHash, DownstreamRemoteHash, ResponseFlags) = (ExchangeEnd.Open, BrokenOffBy.None, 0, 0, 0);
        Pace = default;
        (_sharedBytes, _sharedExtents, _ownsPages, _ownPage, _ownOffset, ChargedBytes) = (0, 0, false, -1, 0, 0);
    }
}
