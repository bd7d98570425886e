using System.Buffers.Binary;

namespace Loop.Store.Core.Packs;

/// <summary>A line of a segment's index: where a body lies.</summary>
/// <param name="Sha256">Name of the body, lower-case hex.</param>
/// <param name="HomeSegment">0: in this segment; else the number of the earlier segment that holds it, and the other fields are 0.</param>
/// <param name="Encoding">Form of the stored bytes.</param>
/// <param name="Offset">From the start of the segment.</param>
/// <param name="StoredSizeBytes">Bytes in the segment.</param>
/// <param name="RawSizeBytes">Bytes of the body.</param>
/// <param name="Checksum">XXH64 of the stored bytes.</param>
internal sealed record SegmentEntry(string Sha256, int HomeSegment, BlockEncoding Encoding, long Offset, int StoredSizeBytes, int RawSizeBytes, ulong Checksum)
{
    /// <summary>True when the body's bytes lie in this segment.</summary>
    public bool IsHere => HomeSegment == 0;

    /// <summary>Writes the 64 bytes of this entry.</summary>
    public void Write(Span<byte> target)
    {
        Convert.FromHexString(Sha256).CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[32..], HomeSegment);
        target[36] = (byte)Encoding;
        target[37..40].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], Offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[48..], StoredSizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[52..], RawSizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[56..], Checksum);
    }

    /// <summary>Reads the 64 bytes of an entry.</summary>
    public static SegmentEntry Read(ReadOnlySpan<byte> source) => new(
        Convert.ToHexStringLower(source[..PackFormat.HashSizeBytes]),
        BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
        (BlockEncoding)source[36],
        BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[48..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[52..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[56..]));
}
