using System.IO.Hashing;
using ZstdSharp;

namespace Loop.Store.Core.Packs;

/// <summary>A block of a segment: compressed where that helps, with a checksum over the stored bytes.</summary>
internal readonly record struct PackBlock(BlockEncoding Encoding, byte[] Stored, int RawSizeBytes, ulong Checksum)
{
    /// <summary>Compresses <paramref name="raw"/> unless that does not shrink it (images, gzip).</summary>
    public static PackBlock Encode(Compressor compressor, ReadOnlySpan<byte> raw)
    {
        if (!raw.IsEmpty)
        {
            byte[] compressed = compressor.Wrap(raw).ToArray();
            if (compressed.Length < raw.Length)
                return new PackBlock(BlockEncoding.Zstd, compressed, raw.Length, XxHash64.HashToUInt64(compressed));
        }

        return new PackBlock(BlockEncoding.Raw, raw.ToArray(), raw.Length, XxHash64.HashToUInt64(raw));
    }

    /// <summary>The raw bytes; null with a fact when the block is damaged.</summary>
    public static byte[]? Decode(BlockEncoding encoding, byte[] stored, int rawSizeBytes, ulong checksum, out string fact)
    {
        fact = "";
        if (XxHash64.HashToUInt64(stored) != checksum)
        {
            fact = "the checksum does not match";
            return null;
        }

        if (encoding == BlockEncoding.Raw)
        {
            fact = "a raw block has another size than its index says";
            return stored.Length == rawSizeBytes ? stored : null;
        }

        try
        {
            using var decompressor = new Decompressor();
            byte[] raw = new byte[rawSizeBytes];
            fact = "a block decompresses to another size than its index says";
            return decompressor.Unwrap(stored, raw, 0) == rawSizeBytes ? raw : null;
        }
        catch (ZstdException exception)
        {
            fact = $"a block does not decompress ({exception.Message})";
            return null;
        }
    }
}
