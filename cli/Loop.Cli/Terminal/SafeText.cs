using System.Text;

namespace Loop.Cli.Terminal;

/// <summary>Recorded text is foreign: an escape sequence in a header must not repaint the terminal of whoever looks at it.</summary>
public static class SafeText
{
    /// <summary>One line: every control character, line breaks too, becomes visible.</summary>
    public static string Line(string? text) => Escape(text ?? "", keepBreaks: false);

    /// <summary>Several lines: line feeds and tabs stay.</summary>
    public static string Block(string? text) => Escape(text ?? "", keepBreaks: true);

    /// <summary>The first <paramref name="width"/> columns, the last one an ellipsis when something is cut.</summary>
    public static string Cut(string text, int width)
    {
        if (text.Length <= width)
            return text;
        return width <= 1 ? "…"[..Math.Max(width, 0)] : string.Concat(text.AsSpan(0, width - 1), "…");
    }

    private static string Escape(string text, bool keepBreaks)
    {
        if (!text.Any(symbol => IsHidden(symbol, keepBreaks)))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (char symbol in text)
        {
            if (IsHidden(symbol, keepBreaks))
                safe.Append($"\\x{(int)symbol:x2}");
            else
                safe.Append(symbol);
        }

        return safe.ToString();
    }

    // Bidirectional marks (U+202A–202E, U+2066–2069) reorder what follows them on the screen.
    private static bool IsHidden(char symbol, bool keepBreaks) =>
        (char.IsControl(symbol) && !(keepBreaks && symbol is '\n' or '\t')) || symbol is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
