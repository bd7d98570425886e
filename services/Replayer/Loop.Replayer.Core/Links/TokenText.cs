using System.Text;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Links;

/// <summary>Finds and replaces ids within longer texts: only whole ones, never the beginning of another.</summary>
internal static partial class TokenText
{
    /// <summary>Everything in a field that may be one id: the whole, its words, what stands between its symbols.</summary>
    public static IEnumerable<string> Of(string text)
    {
        // Longer fields are documents; reading each of their words as an id would cost more than it finds.
        const int MaximumLength = 64 * 1024;
        if (text.Length > MaximumLength)
            return [];
        return Words().Matches(text).Concat(Runs().Matches(text)).Select(match => match.Value).Prepend(text).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Where a whole id stands in a text.</summary>
    public static IEnumerable<int> Positions(string text, string id)
    {
        for (int at = text.IndexOf(id, StringComparison.Ordinal); at >= 0; at = text.IndexOf(id, at + 1, StringComparison.Ordinal))
        {
            if (IsEdge(text, at - 1, id[0]) && IsEdge(text, at + id.Length, id[^1]))
                yield return at;
        }
    }

    /// <summary>Replaces whole ids, all at once: what was put in is not read again.</summary>
    public static string Replace(string text, IReadOnlyList<(string From, string To)> pairs)
    {
        SortedDictionary<int, (string From, string To)> hits = [];
        foreach ((string from, string to) in pairs.OrderByDescending(pair => pair.From.Length))
        {
            foreach (int at in Positions(text, from))
                hits.TryAdd(at, (from, to));
        }

        if (hits.Count == 0)
            return text;
        StringBuilder result = new(text.Length);
        int end = 0;
        foreach ((int at, (string from, string to)) in hits)
        {
            // A shorter id within a longer one that was replaced already.
            if (at < end)
                continue;
            result.Append(text, end, at - end).Append(to);
            end = at + from.Length;
        }

        return result.Append(text, end, text.Length - end).ToString();
    }

    private static bool IsEdge(string text, int at, char inner) => at < 0 || at >= text.Length || !IsWord(inner) || !IsWord(text[at]);

    private static bool IsWord(char symbol) => char.IsAsciiLetterOrDigit(symbol) || symbol is '_' or '-';

    [GeneratedRegex(@"[^\s""',;/?&=]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex("[A-Za-z0-9_-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex Runs();
}
