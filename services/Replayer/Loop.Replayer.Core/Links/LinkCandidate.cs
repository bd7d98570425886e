using System.Text.RegularExpressions;
using Loop.Replayer.Core.Noise;

namespace Loop.Replayer.Core.Links;

/// <summary>Says which values can be ids that somebody made.</summary>
internal static partial class LinkCandidate
{
    /// <summary>From here on a value is taken for unmistakable.</summary>
    public const int UnmistakableLength = 8;

    // Longer ones are content.
    private const int MaximumLength = 4096;

    private static readonly HashSet<string> IdWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "id", "ids", "uuid", "guid", "key", "token", "ref", "reference", "number", "no", "nr", "cursor", "etag", "session", "sid", "nonce", "handle", "ticket",
    };

    /// <summary>True for a value of at least eight characters that no person writes: it has digits, and is neither a time, nor an amount, nor a sentence.</summary>
    public static bool IsUnmistakable(string value)
    {
        if (value.Length is < UnmistakableLength or > MaximumLength || !Symbols().IsMatch(value) || !value.Any(char.IsAsciiDigit))
            return false;
        if (NumberForm.Read(value) is { } number)
            return number.IsWhole && value[0] != '-';
        return TimeForm.Read(value) is null && !Date().IsMatch(value);
    }

    /// <summary>True where such a value is an id: of a number, only the field's name tells it from an amount that is equal.</summary>
    public static bool IsFollowed(string value, bool names) => names || NumberForm.Read(value) is null;

    /// <summary>True for a short value that is an id only because its field says so.</summary>
    public static bool IsNamed(string value, bool names) => names && value.Length < UnmistakableLength && Symbols().IsMatch(value) && value.Any(char.IsAsciiDigit) && !value.Contains('.', StringComparison.Ordinal);

    /// <summary>True for names such as <c>orderId</c>, <c>session_id</c>, <c>x-request-key</c>.</summary>
    public static bool NamesId(string name) => Word().Matches(name) is { Count: > 0 } words && IdWords.Contains(words[^1].Value);

    /// <summary>One form for the names that differ by the taste of their language alone.</summary>
    public static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    [GeneratedRegex(@"\A[A-Za-z0-9_.:+=~-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Symbols();

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\d", RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(@"\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
