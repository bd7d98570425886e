using Loop.Cli.Commands;

namespace Loop.Cli.Replays;

/// <summary>Reads <c>name: value</c> as people type it.</summary>
internal static class HeaderText
{
    private const string TokenSymbols = "!#$%&'*+-.^_`|~";

    public static IReadOnlyDictionary<string, string> Parse(IReadOnlyList<string> texts)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string text in texts)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? "" : text[..colon].Trim();
            string value = text[(colon + 1)..].Trim();
            if (name.Length == 0 || !name.All(IsTokenSymbol) || value.Any(char.IsControl))
                throw new UsageException($"'{text}' (--header) is no header: 'name: value' is expected.");
            if (!headers.TryAdd(name.ToLowerInvariant(), value))
                throw new UsageException($"The header '{name}' is set twice.");
        }

        return headers;
    }

    // RFC 9110 §5.6.2: token.
    private static bool IsTokenSymbol(char symbol) => char.IsAsciiLetterOrDigit(symbol) || TokenSymbols.Contains(symbol, StringComparison.Ordinal);
}
