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
    private const int BlockHeadersBytes = 16;

    /// <summary>Compresses <paramref name="raw"/> unless that does not shrink it (images, gzip). The offset is the segment's to give.</summary>
    /// <param name="raw">The bytes.</param>
    /// <param name="encoding">The dictionary.</param>
    /// <param name="level">zstd's.</param>
    /// <param name="noiseEnd">So many bytes at the start are random.</param>
    public static (PackBlock Block, byte[] Stored) Encode(ReadOnlySpan<byte> raw, BlockEncoding encoding, int level, int noiseEnd = 0)
    {
        using Compressor compressor = encoding == BlockEncoding.ZstdTwo ? BuiltInDictionary.NewCompressorTwo(level) : BuiltInDictionary.NewCompressor(level);
        ReadOnlySpan<byte> compressed = noiseEnd == 0 ? compressor.Wrap(raw) : WrapInTwo(compressor, raw, noiseEnd);
        bool isSmaller = compressed.Length < raw.Length;
        byte[] stored = isSmaller ? compressed.ToArray() : raw.ToArray();
        return (new PackBlock(isSmaller ? encoding : BlockEncoding.Raw, 0, stored.Length, raw.Length, XxHash64.HashToUInt64(stored)), stored);
    }

    // One frame of two blocks: random bytes would spoil the code of the text behind them.
    private static byte[] WrapInTwo(Compressor compressor, ReadOnlySpan<byte> raw, int noiseEnd)
    {
        compressor.SetPledgedSrcSize((ulong)raw.Length);
        byte[] target = new byte[Compressor.GetCompressBound(raw.Length) + BlockHeadersBytes];
        compressor.WrapStream(raw[..noiseEnd], target, out int consumed, out int written, isFinalBlock: false);
        compressor.FlushStream(target.AsSpan(written), out int flushed);
        int size = written + flushed;
        compressor.WrapStream(raw[consumed..], target.AsSpan(size), out _, out written, isFinalBlock: true);
        return target[..(size + written)];
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
            using Decompressor decompressor = Encoding == BlockEncoding.ZstdTwo ? BuiltInDictionary.NewDecompressorTwo() : BuiltInDictionary.NewDecompressor();
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
