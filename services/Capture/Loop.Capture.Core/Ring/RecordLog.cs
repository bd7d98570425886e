using System.Buffers;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Ring;

/// <summary>What one direction of an exchange sent, as frames (<see cref="PartFrame"/>) over extents. Written under the record's lock; read when nothing writes any more.</summary>
internal sealed class RecordLog
{
    private Extent[] _extents = new Extent[2];
    private int _frameExtent;
    private int _frameOffset;
    private PartKind _frameKind;

    public int Count { get; private set; }

    public ReadOnlySpan<Extent> Extents => _extents.AsSpan(0, Count);

    public ref Extent Last => ref _extents[Count - 1];

    public ref Extent this[int index] => ref _extents[index];

    public void Add(Extent extent)
    {
        if (Count == _extents.Length)
            Array.Resize(ref _extents, Count * 2);
        _extents[Count++] = extent;
    }

    /// <summary>Appends as much of the payload as there is room for; true when that was all of it.</summary>
    /// <param name="begins">False when it may grow the frame before it.</param>
    public bool TryAppend(RingRecord record, PartKind kind, DateTimeOffset at, in ReadOnlySequence<byte> payload, bool begins, out int written)
    {
        written = 0;
        bool grows = !begins && _frameKind == kind;
        int length = checked((int)payload.Length);
        if (!grows && !TryStartFrame(record, kind, at, length))
            return false;
        foreach (ReadOnlyMemory<byte> segment in payload)
            written += Copy(record, segment.Span, length - written);
        PartFrame.AddLength(Frame(record), written);
        return written == length;
    }

    /// <summary>The last part was the end of this direction.</summary>
    public void MarkEnd(RingRecord record)
    {
        if (_frameKind != default)
            PartFrame.MarkEnd(Frame(record));
    }

    public void Reset()
    {
        Count = 0;
        _frameKind = default;
        // A record that once was huge must not hold a huge table for ever.
        if (_extents.Length > 64)
            _extents = new Extent[2];
    }

    private bool TryStartFrame(RingRecord record, PartKind kind, DateTimeOffset at, int length)
    {
        if (Count == 0 || Last.Capacity - PartFrame.Align(Last.Used) < PartFrame.Bytes)
        {
            int before = Count;
            if (!record.TryReserve(this, PartFrame.Bytes + length, PartFrame.Bytes))
                return false;
            if (Count == before)
                Last.Used = PartFrame.Align(Last.Used);
        }
        else
        {
            Last.Used = PartFrame.Align(Last.Used);
        }

        (_frameExtent, _frameOffset, _frameKind) = (Count - 1, Last.Used, kind);
        PartFrame.Write(Frame(record), kind, at);
        Last.Used += PartFrame.Bytes;
        return true;
    }

    private int Copy(RingRecord record, ReadOnlySpan<byte> bytes, int wanted)
    {
        int copied = 0;
        while (copied < bytes.Length)
        {
            int room = Last.Capacity - Last.Used;
            if (room == 0)
            {
                if (!record.TryReserve(this, wanted - copied, PartFrame.Alignment))
                    break;
                continue;
            }

            int count = Math.Min(room, bytes.Length - copied);
            ref Extent last = ref Last;
            bytes.Slice(copied, count).CopyTo(record.Pool.Span(last.Page, last.Offset + last.Used, count));
            last.Used += count;
            copied += count;
        }

        return copied;
    }

    private Span<byte> Frame(RingRecord record) =>
        record.Pool.Span(_extents[_frameExtent].Page, _extents[_frameExtent].Offset + _frameOffset, PartFrame.Bytes);
}
