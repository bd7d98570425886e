using System.IO.Compression;
using ZstdSharp;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Undoes <c>content-encoding</c>, since two runs of a compressor may differ for equal content.</summary>
public static class ContentDecoding
{
    // A body that unpacks to more than this is compared as it came: a bomb must not take the replayer down.
    private const int MaximumDecodedBytes = 64 * 1024 * 1024;

    /// <summary>The decoded bytes; null when the encoding is unknown or the bytes are damaged.</summary>
    public static byte[]? Decode(ReadOnlyMemory<byte> body, string? contentEncoding)
    {
        byte[] bytes = body.ToArray();
        string[] encodings = contentEncoding?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (string encoding in encodings.Reverse())
        {
            if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                continue;
            if (Undo(bytes, encoding.ToLowerInvariant()) is not { } decoded)
                return null;
            bytes = decoded;
        }

        return bytes;
    }

    private static byte[]? Undo(byte[] bytes, string encoding)
    {
        try
        {
            using MemoryStream source = new(bytes);
            using Stream? decoder = encoding switch
            {
                "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
                "br" => new BrotliStream(source, CompressionMode.Decompress),
                // RFC 9110 §8.4.1.2: "deflate" is the zlib format.
                "deflate" => new ZLibStream(source, CompressionMode.Decompress),
                "zstd" => new DecompressionStream(source),
                _ => null,
            };
            return decoder is null ? null : ReadUpTo(decoder);
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException or IOException or ZstdException)
        {
            return null;
        }
    }

    private static byte[]? ReadUpTo(Stream decoder)
    {
        using MemoryStream target = new();
        byte[] buffer = new byte[81920];
        int read;
        while ((read = decoder.Read(buffer)) > 0)
        {
            target.Write(buffer, 0, read);
            if (target.Length > MaximumDecodedBytes)
                return null;
        }

        return target.ToArray();
    }
}
