using System.IO.Hashing;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Compression;
using ZstdSharp;

namespace Loop.Store.Core.Packs;

/// <summary>A block as the index of its segment tells of it.</summary>
/// <param name="Encoding">Form of the stored bytes.</param>
/// <param name="Offset">From the start of the segment.</param>
/// <param name="StoredSizeBytes">Bytes in the segment.</param>
/// <param name="RawSizeBytes">Bytes that it decompresses to.</param>
/// <param name="Checksum">XXH64 of the stored bytes.</param>
internal readonly record struct PackBlock(BlockEncoding Encoding, long Offset, int StoredSizeBytes, int RawSizeBytes, ulong Checksum)
{
    /// <summary>Compresses <paramref name="raw"/> unless that does not shrink it (images, gzip). The offset is the segment's to give.</summary>
    public static (PackBlock Block, byte[] Stored) Encode(ReadOnlySpan<byte> raw, int level)
    {
        using Compressor compressor = BuiltInDictionary.NewCompressor(level);
        ReadOnlySpan<byte> compressed = compressor.Wrap(raw);
        bool isSmaller = compressed.Length < raw.Length;
        byte[] stored = isSmaller ? compressed.ToArray() : raw.ToArray();
        return (new PackBlock(isSmaller ? BlockEncoding.Zstd : BlockEncoding.Raw, 0, stored.Length, raw.Length, XxHash64.HashToUInt64(stored)), stored);
    }

    /// <summary>The raw bytes.</summary>
    /// <exception cref="BlobDamagedException">They are not what was written.</exception>
    public byte[] Decode(string blob, byte[] stored)
    {
        if (XxHash64.HashToUInt64(stored) != Checksum)
            throw Damaged(blob, "the checksum does not match");
        if (Encoding == BlockEncoding.Raw)
            return stored.Length == RawSizeBytes ? stored : throw Damaged(blob, "it has another size than its index says");
        try
        {
            using Decompressor decompressor = BuiltInDictionary.NewDecompressor();
            byte[] raw = new byte[RawSizeBytes];
            return decompressor.Unwrap(stored, raw, 0) == RawSizeBytes ? raw : throw Damaged(blob, "it decompresses to another size than its index says");
        }
        catch (ZstdException exception)
        {
            throw Damaged(blob, $"it does not decompress ({exception.Message})");
        }
    }

    private BlobDamagedException Damaged(string blob, string fact) => new(blob, $"block at {Offset}: {fact}");
}
