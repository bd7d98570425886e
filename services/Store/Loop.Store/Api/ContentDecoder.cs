using System.IO.Compression;
using ZstdSharp;

namespace Loop.Store.Api;

/// <summary>A decoded body, or why it is none.</summary>
internal sealed record DecodedBody(byte[]? Bytes, string? Fault);

/// <summary>Undoes content codings (RFC 9110 §8.4). The bytes are foreign, so the outcome is limited in size; a truncated body is decoded as far as it goes.</summary>
internal static class ContentDecoder
{
    /// <summary>Largest outcome: a few kilobytes can unfold to gigabytes.</summary>
    public const int MaxDecodedBytes = 64 * 1024 * 1024;

    private const int MaxCodings = 4;
    private const int BufferBytes = 81_920;

    public static DecodedBody Decode(byte[] bytes, string? contentEncoding, bool isTruncated)
    {
        string[] codings = [.. (contentEncoding ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(coding => coding.ToLowerInvariant())];
        if (codings.Length > MaxCodings)
            return new DecodedBody(null, $"It names {codings.Length} content codings; at most {MaxCodings} are undone.");

        // Listed in the order in which they were applied.
        foreach (string coding in codings.Reverse())
        {
            if (coding == "identity" || bytes.Length == 0)
                continue;
            DecodedBody result = Undo(bytes, coding, isTruncated);
            if (result.Bytes is null)
                return result;
            bytes = result.Bytes;
        }

        return new DecodedBody(bytes, null);
    }

    private static DecodedBody Undo(byte[] bytes, string coding, bool isTruncated)
    {
        using var source = new MemoryStream(bytes, writable: false);
        using Stream? decoder = Open(source, bytes, coding);
        return decoder is null ? new DecodedBody(null, $"Content coding '{coding}' is unknown; gzip, deflate, br and zstd are known.") : ReadAll(decoder, coding, isTruncated);
    }

    private static Stream? Open(MemoryStream source, byte[] bytes, string coding) => coding switch
    {
        "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
        "br" => new BrotliStream(source, CompressionMode.Decompress),
        "zstd" => new DecompressionStream(source),

        // RFC 9110 means zlib's form; some servers send the bare form, whose first byte is never a zlib header.
        "deflate" => IsZlib(bytes) ? new ZLibStream(source, CompressionMode.Decompress) : new DeflateStream(source, CompressionMode.Decompress),
        _ => null,
    };

    private static DecodedBody ReadAll(Stream decoder, string coding, bool isTruncated)
    {
        using var target = new MemoryStream();
        byte[] buffer = new byte[BufferBytes];
        try
        {
            int read;
            while ((read = decoder.Read(buffer)) > 0)
            {
                target.Write(buffer, 0, read);
                if (target.Length > MaxDecodedBytes)
                    return new DecodedBody(null, $"Decoded ({coding}) it is larger than {MaxDecodedBytes} bytes.");
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ZstdException or InvalidOperationException)
        {
            if (!isTruncated || target.Length == 0)
                return new DecodedBody(null, $"It is not {coding}, as its content-encoding says ({exception.Message}).");
        }

        return new DecodedBody(target.ToArray(), null);
    }

    private static bool IsZlib(byte[] bytes) => bytes.Length >= 2 && (bytes[0] & 0x0F) == 8 && ((bytes[0] << 8) | bytes[1]) % 31 == 0;
}
