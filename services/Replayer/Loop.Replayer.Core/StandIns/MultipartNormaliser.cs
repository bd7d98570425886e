using System.Globalization;
using System.Text;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.StandIns;

/// <summary>A multipart form without the boundary that its sender drew by lot.</summary>
internal static class MultipartNormaliser
{
    /// <summary>False when the content type names no boundary, or one that the body does not have.</summary>
    public static bool TryNormalise(byte[] body, string contentType, out byte[] normalised)
    {
        normalised = [];
        if (MultipartBoundary.Of(contentType) is not { } boundary)
            return false;
        // One character per byte: file parts are not text.
        string text = Encoding.Latin1.GetString(body);
        string delimiter = $"--{boundary}";
        if (!text.StartsWith(delimiter, StringComparison.Ordinal))
            return false;
        // RFC 2046 §5.1.1: a delimiter stands at the beginning of a line. Each part goes in with its length: no content can pass for a delimiter.
        string[] parts = text[delimiter.Length..].Split($"\r\n{delimiter}");
        normalised = Encoding.Latin1.GetBytes(string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}"))));
        return true;
    }
}
