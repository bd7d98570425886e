using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Ring;

/// <summary>Reads a record back. The caller holds a reference to it, and nothing writes to it any more.</summary>
internal static class RecordReader
{
    public static CapturedExchange Decode(RingRecord record, CaptureNodeIdentity node)
    {
        var parts = new List<RecordedPart>();
        ReadParts(record, record.RequestLog, parts);
        ReadParts(record, record.ResponseLog, parts);
        return ExchangeDecoder.Decode(Facts(record, node), parts);
    }

    /// <summary>
    /// The same of a record that is being written: what came so far, or null when it has ended. Its writer waits while the bytes are copied, a tenth of a
    /// millisecond for a large body, and not for the decoding.
    /// </summary>
    public static CapturedExchange? DecodeOpen(RingRecord record, CaptureNodeIdentity node)
    {
        var parts = new List<RecordedPart>();
        RecordFacts facts;
        lock (record.Gate)
        {
            if (record.State is not RecordState.Open)
                return null;
            ReadParts(record, record.RequestLog, parts);
            ReadParts(record, record.ResponseLog, parts);
            for (int index = 0; index < parts.Count; index++)
                parts[index] = parts[index] with { Payload = new ReadOnlySequence<byte>(parts[index].Payload.ToArray()) };
            facts = Facts(record, node);
        }

        return ExchangeDecoder.Decode(facts, parts);
    }

    /// <summary>Everything but bodies: their bytes are neither copied nor hashed, and their sizes are not told. Of a finished record, to which the caller holds a reference.</summary>
    /// <exception cref="InvalidDataException">A part is not the message that its kind promises.</exception>
    public static Exchange DecodeHead(RingRecord record, CaptureNodeIdentity node)
    {
        var parts = new List<RecordedPart>();
        ReadParts(record, record.RequestLog, parts);
        ReadParts(record, record.ResponseLog, parts);
        parts.RemoveAll(static part => part.Kind is PartKind.RequestBody or PartKind.ResponseBody);
        return ExchangeDecoder.Decode(Facts(record, node), parts).Head;
    }

    public static RecordFacts Facts(RingRecord record, CaptureNodeIdentity node) => new()
    {
        Id = new ExchangeId(node.Name, node.Epoch, record.Sequence),
        Source = record.Source,
        FirstArrivalAt = record.FirstArrivalAt,
        EndedAt = record.EndedAt,
        RequestBodySize = record.RequestBodySize,
        ResponseBodySize = record.ResponseBodySize,
        RequestTruncated = record.RequestTruncated,
        ResponseTruncated = record.ResponseTruncated,
        Inexact = record.Inexact,
        // A waiting one is read only to be judged early: nobody has said yet who broke it off.
        End = record.State is RecordState.Waiting ? ExchangeEnd.BrokenOff : record.End,
        BrokenOffBy = record.State is RecordState.Waiting ? BrokenOffBy.Unknown : record.BrokenOffBy,
    };

    public static void ReadParts(RingRecord record, RecordLog log, List<RecordedPart> parts)
    {
        int extent = 0;
        int offset = 0;
        while (TryFindFrame(log, ref extent, ref offset))
        {
            Extent place = log.Extents[extent];
            ReadOnlySpan<byte> frame = record.Pool.Span(place.Page, place.Offset + offset, PartFrame.Bytes);
            offset += PartFrame.Bytes;
            ReadOnlySequence<byte> payload = ReadPayload(record, log, ref extent, ref offset, PartFrame.Length(frame));
            parts.Add(new RecordedPart(PartFrame.Kind(frame), PartFrame.At(frame), PartFrame.IsEnd(frame), payload));
        }
    }

    private static bool TryFindFrame(RecordLog log, ref int extent, ref int offset)
    {
        while (extent < log.Count)
        {
            int aligned = PartFrame.Align(offset);
            if (log.Extents[extent].Used - aligned >= PartFrame.Bytes)
            {
                offset = aligned;
                return true;
            }

            (extent, offset) = (extent + 1, 0);
        }

        return false;
    }

    private static ReadOnlySequence<byte> ReadPayload(RingRecord record, RecordLog log, ref int extent, ref int offset, int length)
    {
        PageSegment? first = null;
        PageSegment? last = null;
        while (length > 0)
        {
            Extent place = log.Extents[extent];
            int count = Math.Min(length, place.Used - offset);
            if (count > 0)
            {
                last = new PageSegment(record.Pool.Memory(place.Page, place.Offset + offset, count), last);
                first ??= last;
                offset += count;
                length -= count;
            }
            else
            {
                (extent, offset) = (extent + 1, 0);
            }
        }

        return last is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first!, 0, last, last.Memory.Length);
    }

    private sealed class PageSegment : ReadOnlySequenceSegment<byte>
    {
        public PageSegment(ReadOnlyMemory<byte> memory, PageSegment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
