using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Comparison;

/// <summary>The boundary that a multipart message's sender drew by lot.</summary>
internal static partial class MultipartBoundary
{
    /// <summary>The boundary; null when the content type names none.</summary>
    public static string? Of(string contentType)
    {
        Match boundary = Boundary().Match(contentType);
        return boundary.Success ? (boundary.Groups["quoted"].Success ? boundary.Groups["quoted"] : boundary.Groups["bare"]).Value : null;
    }

    /// <summary>The content type with its boundary left out.</summary>
    public static string Without(string contentType) => Boundary().Replace(contentType, "boundary=…");

    [GeneratedRegex("""boundary=(?:"(?<quoted>[^"]+)"|(?<bare>[^;\s]+))""", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();
}
