using System.Buffers;

namespace Loop.Capture.Tests.Wire;

/// <summary>Cuts bytes into a sequence of small segments, as a pipe does.</summary>
internal static class Segments
{
    public static ReadOnlySequence<byte> Of(byte[] bytes, int segmentBytes)
    {
        if (bytes.Length == 0)
            return ReadOnlySequence<byte>.Empty;
        Segment? first = null;
        Segment? last = null;
        for (int start = 0; start < bytes.Length; start += segmentBytes)
        {
            var next = new Segment(bytes.AsMemory(start, Math.Min(segmentBytes, bytes.Length - start)), start);
            last?.Append(next);
            first ??= next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public void Append(Segment next) => Next = next;
    }
}
