using System.Buffers.Binary;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Ring;

/// <summary>
/// The 16 bytes in front of each part in a log, little endian, contiguous, at a multiple of 8:
/// <code>kind u8 | flags u8 (1 = end of stream) | 0 u16 | payload bytes u32 | arrival, UTC ticks i64</code>
/// A frame starts in the extent where the last one ended if 16 bytes are left there, else at the start of the next; its payload flows over extents.
/// Chunks of a body that follow each other without a pause (<see cref="ChunkPace"/>) grow one frame, so that the way they were cut costs nothing and cannot be
/// told afterwards.
/// </summary>
internal static class PartFrame
{
    public const int Bytes = 16;
    public const int Alignment = 8;
    private const byte EndOfStream = 1;

    public static void Write(Span<byte> frame, PartKind kind, DateTimeOffset at)
    {
        frame[0] = (byte)kind;
        frame[1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(frame[2..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], at.UtcTicks);
    }

    public static void AddLength(Span<byte> frame, int bytes) =>
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], BinaryPrimitives.ReadInt32LittleEndian(frame[4..]) + bytes);

    public static void MarkEnd(Span<byte> frame) => frame[1] |= EndOfStream;

    public static PartKind Kind(ReadOnlySpan<byte> frame) => (PartKind)frame[0];

    public static bool IsEnd(ReadOnlySpan<byte> frame) => (frame[1] & EndOfStream) != 0;

    public static int Length(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame[4..]);

    public static DateTimeOffset At(ReadOnlySpan<byte> frame) => new(BinaryPrimitives.ReadInt64LittleEndian(frame[8..]), TimeSpan.Zero);

    public static int Align(int offset) => (offset + Alignment - 1) & ~(Alignment - 1);
}
