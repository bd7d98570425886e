using System.Buffers;

namespace Loop.Replayer.Core.Links;

/// <summary>Exchanges ids in texts that are escaped with percent signs.</summary>
internal static class EscapedText
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:");

    /// <summary>The escaped text with ids exchanged. Where no id needs an escape, what is around it keeps its own: a matcher compares the raw bytes.</summary>
    public static string Replace(string escaped, string text, IReadOnlyList<(string From, string To)> pairs)
    {
        string changed = TokenText.Replace(text, pairs);
        if (changed == text)
            return escaped;
        List<(string From, string To)> plain = [.. pairs.Where(pair => !pair.From.AsSpan().ContainsAnyExcept(Plain) && !pair.To.AsSpan().ContainsAnyExcept(Plain))];
        string raw = TokenText.Replace(escaped, plain);
        return plain.Count == pairs.Count && raw != escaped ? raw : Uri.EscapeDataString(changed);
    }
}
