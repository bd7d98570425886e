using ZstdSharp;

namespace Loop.Store.Sqlite.Events;

/// <summary>Bytes as a column holds them: a varint, then 0 and the bytes as they are, or their plain size and one zstd frame.</summary>
internal static class PackedBytes
{
    private const int MaxSizeBytes = 64 * 1024 * 1024;

    /// <summary>Compresses where that is smaller.</summary>
    public static byte[] Pack(Compressor compressor, ReadOnlySpan<byte> plain)
    {
        ReadOnlySpan<byte> compressed = compressor.Wrap(plain);
        using var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        bool isSmaller = compressed.Length < plain.Length;
        writer.Write7BitEncodedInt(isSmaller ? plain.Length : 0);
        writer.Write(isSmaller ? compressed : plain);
        return packed.ToArray();
    }

    /// <summary>What <paramref name="read"/> makes of the plain bytes; null when they are not what <see cref="Pack"/> makes, or nothing that it can read.</summary>
    public static T? Unpack<T>(byte[] packed, Func<Decompressor> newDecompressor, Func<BinaryReader, T> read)
        where T : class
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(packed, writable: false));
            int size = reader.Read7BitEncodedInt();
            if (size is < 0 or > MaxSizeBytes)
                return null;
            int start = (int)reader.BaseStream.Position;
            using var plain = new MemoryStream(size == 0 ? packed[start..] : Decompress(packed.AsSpan(start), size, newDecompressor), writable: false);
            using var items = new BinaryReader(plain);
            T result = read(items);
            return plain.Position == plain.Length ? result : null;
        }
        catch (Exception exception) when (exception is ZstdException or EndOfStreamException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Decompress(ReadOnlySpan<byte> compressed, int size, Func<Decompressor> newDecompressor)
    {
        using Decompressor decompressor = newDecompressor();
        byte[] raw = new byte[size];
        return decompressor.Unwrap(compressed, raw) == size ? raw : throw new FormatException("another size");
    }
}
