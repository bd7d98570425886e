using System.Buffers;

namespace Loop.Capture.Core.Tests.Decoding;

/// <summary>A sequence of segments of a size.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

    public static ReadOnlySequence<byte> Of(byte[] bytes, int size)
    {
        var first = new Segments(bytes.AsMemory(0, Math.Min(size, bytes.Length)), 0);
        Segments last = first;
        for (int begin = size; begin < bytes.Length; begin += size)
        {
            var next = new Segments(bytes.AsMemory(begin, Math.Min(size, bytes.Length - begin)), begin);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
