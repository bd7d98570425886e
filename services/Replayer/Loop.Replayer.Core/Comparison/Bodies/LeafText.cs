using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Turns bytes of a value into what is compared and shown. Equal results mean equal bytes.</summary>
internal static class LeafText
{
    // What a person still reads as one value.
    private const int MaximumHexBytes = 64;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text; null when the bytes are no UTF-8.</summary>
    public static string? Strict(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The text, or each byte as one character.</summary>
    public static string Lenient(ReadOnlySpan<byte> bytes) => Strict(bytes) ?? Encoding.Latin1.GetString(bytes);

    /// <summary>Short bytes in hex, longer ones by their hash.</summary>
    public static string Bytes(ReadOnlySpan<byte> bytes) => bytes.Length <= MaximumHexBytes ? Convert.ToHexStringLower(bytes) : Hash(bytes);

    /// <summary>Size and SHA-256.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) =>
        Hash(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>The same of bytes that are not there any more.</summary>
    public static string Hash(long sizeBytes, string sha256) => string.Create(CultureInfo.InvariantCulture, $"{sizeBytes} bytes, sha256 {sha256}");

    /// <summary>A leaf of type <c>text</c>, or of type <c>bytes</c> when they are none.</summary>
    public static BodyNode Leaf(string key, string step, ReadOnlySpan<byte> bytes) => Strict(bytes) is { } text
        ? new BodyNode { Key = key, Step = step, Type = "text", Value = text }
        : new BodyNode { Key = key, Step = step, Type = "bytes", Value = Bytes(bytes) };
}
