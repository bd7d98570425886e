using System.Buffers.Binary;
using System.IO.Hashing;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Faults;

namespace Loop.Store.Core.Packs;

/// <summary>The first 64 bytes of a segment.</summary>
internal sealed record SegmentHeader(int ExchangeCount, int EntryCount, BlockEncoding HeadEncoding, int HeadStoredSizeBytes, int HeadRawSizeBytes, ulong HeadChecksum, ulong IndexChecksum, long TotalSizeBytes)
{
    /// <summary>Bytes of the index.</summary>
    public int IndexSizeBytes => EntryCount * PackFormat.EntrySizeBytes;

    /// <summary>Where the head block begins.</summary>
    public long HeadOffset => PackFormat.HeaderSizeBytes + (long)IndexSizeBytes;

    /// <summary>Writes the 64 bytes.</summary>
    public void Write(Span<byte> target)
    {
        PackFormat.Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], PackFormat.Version);
        target[10] = (byte)HeadEncoding;
        target[11] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], ExchangeCount);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], EntryCount);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], HeadStoredSizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], HeadRawSizeBytes);
        target[28..32].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], HeadChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], IndexChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], TotalSizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[56..], XxHash64.HashToUInt64(target[..56]));
    }

    /// <summary>Reads and checks them. <paramref name="actualSizeBytes"/> is the size of the blob: a shorter or longer one is damaged.</summary>
    public static SegmentHeader Read(string blob, ReadOnlySpan<byte> source, long actualSizeBytes)
    {
        if (!source[..8].SequenceEqual(PackFormat.Magic))
            throw new BlobDamagedException(blob, "it does not begin as a pack segment");

        // The checksum comes first, for a flipped bit in the version is damage and no newer Loop. The header of every version keeps this place for it.
        if (BinaryPrimitives.ReadUInt64LittleEndian(source[56..]) != XxHash64.HashToUInt64(source[..56]))
            throw new BlobDamagedException(blob, "the checksum of its header does not match");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(source[8..]);
        if (version != PackFormat.Version)
            throw new StoreVersionException($"Pack segment {blob}", $"format version {version}", $"version {PackFormat.Version}");
        var header = new SegmentHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            (BlockEncoding)source[10],
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[48..]));
        header.Check(blob, actualSizeBytes);
        return header;
    }

    private void Check(string blob, long actualSizeBytes)
    {
        if (TotalSizeBytes != actualSizeBytes)
            throw new BlobDamagedException(blob, $"it has {actualSizeBytes} bytes where {TotalSizeBytes} were written");
        bool isSound = ExchangeCount >= 0 && EntryCount is >= 0 and < int.MaxValue / PackFormat.EntrySizeBytes
            && HeadStoredSizeBytes >= 0 && HeadRawSizeBytes is >= 0 and <= PackFormat.MaxBlockSizeBytes
            && HeadOffset + HeadStoredSizeBytes <= TotalSizeBytes && HeadEncoding <= BlockEncoding.Zstd;
        if (!isSound)
            throw new BlobDamagedException(blob, "the numbers in its header contradict each other");
    }
}
