using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Loop.Contracts.Redaction;

/// <summary>Redacts cookies so that matching and a reader still see which cookies there were: names stay, values become tokens.</summary>
internal static partial class CookieRedaction
{
    private static readonly FrozenSet<string> KeptAttributes = FrozenSet.ToFrozenSet(
        ["Path", "Domain", "Max-Age", "SameSite", "Priority"], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> KeptFlags = FrozenSet.ToFrozenSet(
        ["Secure", "HttpOnly", "Partitioned"], StringComparer.OrdinalIgnoreCase);

    /// <summary><c>a=1; b=2</c>: every value.</summary>
    public static string Cookie(string value, RedactionTokens tokens) => string.Join(';', value.Split(';').Select(pair => Pair(pair, tokens)));

    /// <summary><c>a=1; Path=/; HttpOnly</c>: the value, and whatever is not a known attribute.</summary>
    public static string SetCookie(string value, RedactionTokens tokens) =>
        string.Join(';', value.Split(';').Select((part, index) => index > 0 && IsKept(part) ? part : Pair(part, tokens)));

    private static string Pair(string part, RedactionTokens tokens)
    {
        string trimmed = part.TrimStart(' ');
        string indent = part[..^trimmed.Length];
        int equals = trimmed.IndexOf('=');
        return equals < 0
            ? indent + tokens.TokenOf(trimmed)
            : string.Concat(indent, trimmed.AsSpan(0, equals + 1), tokens.TokenOf(trimmed[(equals + 1)..]));
    }

    // A comma would be a second cookie: access logs join repeated headers, and its value must not pass as a part of Path.
    private static bool IsKept(string part)
    {
        string trimmed = part.Trim(' ');
        int equals = trimmed.IndexOf('=');
        if (equals < 0)
            return KeptFlags.Contains(trimmed);
        string value = trimmed[(equals + 1)..];
        return trimmed[..equals].Equals("Expires", StringComparison.OrdinalIgnoreCase)
            ? Date().IsMatch(value)
            : KeptAttributes.Contains(trimmed[..equals]) && !value.Contains(',', StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\A(?:[A-Za-z]{3,9}, )?[0-9A-Za-z: -]{1,32}\z")]
    private static partial Regex Date();
}
