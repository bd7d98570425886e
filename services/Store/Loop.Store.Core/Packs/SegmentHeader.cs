using System.Buffers.Binary;
using System.IO.Hashing;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Faults;

namespace Loop.Store.Core.Packs;

/// <summary>The first 32 bytes of a segment.</summary>
internal sealed record SegmentHeader(ushort Version, int IndexSizeBytes, long TotalSizeBytes)
{
    private const int ChecksumOffset = PackFormat.HeaderSizeBytes - PackFormat.ChecksumSizeBytes;

    /// <summary>Where the first block begins.</summary>
    public long BlocksOffset => PackFormat.HeaderSizeBytes + (long)IndexSizeBytes;

    /// <summary>Writes the 32 bytes.</summary>
    public void Write(Span<byte> target)
    {
        PackFormat.Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], Version);
        target[10..12].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], IndexSizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], TotalSizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[ChecksumOffset..], XxHash64.HashToUInt64(target[..ChecksumOffset]));
    }

    /// <summary>Reads and checks them. <paramref name="actualSizeBytes"/> is the size of the blob: a shorter or longer one is damaged.</summary>
    public static SegmentHeader Read(string blob, ReadOnlySpan<byte> source, long actualSizeBytes)
    {
        if (!source[..8].SequenceEqual(PackFormat.Magic))
            throw new BlobDamagedException(blob, "it does not begin as a pack segment");

        // The checksum comes first, for a flipped bit in the version is damage and no newer Loop. The header of every version keeps this place for it.
        if (BinaryPrimitives.ReadUInt64LittleEndian(source[ChecksumOffset..]) != XxHash64.HashToUInt64(source[..ChecksumOffset]))
            throw new BlobDamagedException(blob, "the checksum of its header does not match");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(source[8..]);
        if (version is not (PackFormat.ArrivalVersion or PackFormat.CompactedVersion or PackFormat.ChunkedVersion))
            throw new StoreVersionException($"Pack segment {blob}", $"format version {version}", $"version {PackFormat.ChunkedVersion}");
        var header = new SegmentHeader(version, BinaryPrimitives.ReadInt32LittleEndian(source[12..]), BinaryPrimitives.ReadInt64LittleEndian(source[16..]));
        if (header.TotalSizeBytes != actualSizeBytes)
            throw new BlobDamagedException(blob, $"it has {actualSizeBytes} bytes where {header.TotalSizeBytes} were written");
        if (header.IndexSizeBytes < PackFormat.ChecksumSizeBytes || header.BlocksOffset > header.TotalSizeBytes)
            throw new BlobDamagedException(blob, "the numbers in its header contradict each other");
        return header;
    }
}
