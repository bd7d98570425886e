using System.IO.Compression;
using ZstdSharp;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Applies <c>content-encoding</c>: the inverse of <see cref="ContentDecoding"/>.</summary>
internal static class ContentEncoding
{
    /// <summary>The encoded bytes; null when an encoding is unknown.</summary>
    public static byte[]? Encode(byte[] plain, string? contentEncoding)
    {
        byte[] bytes = plain;
        foreach (string encoding in contentEncoding?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                continue;
            using MemoryStream target = new();
            using (Stream? encoder = Encoder(target, encoding.ToLowerInvariant()))
            {
                if (encoder is null)
                    return null;
                encoder.Write(bytes);
            }

            bytes = target.ToArray();
        }

        return bytes;
    }

    private static Stream? Encoder(MemoryStream target, string encoding) => encoding switch
    {
        "gzip" or "x-gzip" => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "br" => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "zstd" => new CompressionStream(target, leaveOpen: true),
        _ => null,
    };
}
