using System.Security.Cryptography;
using System.Text;

namespace Loop.Store.Core.Documents;

/// <summary>Between bytes of a body and what a document says of them.</summary>
internal static class BodyWriting
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>As a document holds it.</summary>
    public static DocumentBody Write(string sha256, byte[] body) =>
        Readable(body) is { } text ? new DocumentBody(sha256, Text: text) : new DocumentBody(sha256, Base64: Convert.ToBase64String(body));

    /// <summary>The bytes; null when they are not what the name says, or are not there.</summary>
    public static byte[]? Read(DocumentBody body)
    {
        byte[] bytes;
        try
        {
            bytes = body.Text is { } text ? Strict.GetBytes(text) : Convert.FromBase64String(body.Base64 ?? "");
        }
        catch (Exception exception) when (exception is FormatException or EncoderFallbackException)
        {
            return null;
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == body.Sha256 ? bytes : null;
    }

    private static string? Readable(byte[] body)
    {
        try
        {
            string text = Strict.GetString(body);
            return text.Any(symbol => char.IsControl(symbol) && symbol is not ('\n' or '\r' or '\t')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
