using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Noise;

/// <summary>Finds the form that ids of one place have in common, as a regular expression: the words that vary become alphabets with lengths.</summary>
internal static partial class IdForm
{
    // A shorter word is a counter, a grade, a country: its values mean something.
    private const int MinimumWordLength = 4;
    private const int MinimumVaryingLength = 6;

    // Random bytes in base64; shorter words with symbols in them are words with hyphens.
    private const int MinimumBase64Length = 16;

    // No id is longer; a text may be.
    private const int MaximumLength = 1024;

    /// <summary>The alphabets of ids, the narrowest first.</summary>
    private static readonly (string Class, Func<char, bool> Holds)[] Alphabets =
    [
        ("[0-9]", char.IsAsciiDigit),
        ("[0-9a-f]", char.IsAsciiHexDigitLower),
        ("[0-9A-F]", char.IsAsciiHexDigitUpper),
        ("[0-9a-z]", symbol => char.IsAsciiDigit(symbol) || char.IsAsciiLetterLower(symbol)),
        ("[0-9A-Z]", symbol => char.IsAsciiDigit(symbol) || char.IsAsciiLetterUpper(symbol)),
        ("[0-9A-Za-z]", char.IsAsciiLetterOrDigit),
        ("[0-9A-Za-z_-]", symbol => char.IsAsciiLetterOrDigit(symbol) || symbol is '_' or '-'),
        ("[0-9A-Za-z+/=]", symbol => char.IsAsciiLetterOrDigit(symbol) || symbol is '+' or '/' or '='),
    ];

    /// <summary>The pattern; null when the values are no ids of one form. All must differ: what comes in a few values only is a choice, not an id.</summary>
    public static string? Of(IReadOnlyList<string> values)
    {
        return values.Distinct(StringComparer.Ordinal).Count() == values.Count ? Of(values, MinimumWordLength, MinimumVaryingLength) : null;
    }

    /// <summary>True when two ids could be of one maker.</summary>
    public static bool AreAlike(string one, string two) => one == two || Of([one, two], 1, 1) is not null;

    // Words of letters and digits first: there, what separates them must stay. Base64 has symbols within words.
    private static string? Of(IReadOnlyList<string> values, int shortestWord, int leastVarying) => values.All(value => value.Length <= MaximumLength)
        ? Of(values, Words(), shortestWord, leastVarying) ?? Of(values, UrlWords(), MinimumBase64Length, leastVarying) ?? Of(values, Base64Words(), MinimumBase64Length, leastVarying)
        : null;

    private static string? Of(IReadOnlyList<string> values, Regex words, int shortestWord, int leastVarying)
    {
        List<string[]> split = [.. values.Select(value => Split(value, words))];
        if (split.Exists(parts => parts.Length != split[0].Length))
            return null;
        StringBuilder pattern = new(@"\A");
        int varying = 0;
        for (int index = 0; index < split[0].Length; index++)
        {
            List<string> column = [.. split.Select(parts => parts[index])];
            if (column.TrueForAll(part => part == column[0]))
                pattern.Append(Regex.Escape(column[0]));
            else if (Word(column, shortestWord) is not { } word)
                return null;
            else
                (varying, _) = (varying + column.Min(part => part.Length), pattern.Append(word));
        }

        return varying >= leastVarying ? pattern.Append(@"\z").ToString() : null;
    }

    // Words and what is between them, in turn; a word that begins the value has an empty text before it.
    private static string[] Split(string value, Regex words)
    {
        List<string> parts = [];
        int at = 0;
        foreach (Match word in words.Matches(value))
        {
            parts.AddRange([value[at..word.Index], word.Value]);
            at = word.Index + word.Length;
        }

        return [.. parts, value[at..]];
    }

    private static string? Word(List<string> column, int shortestWord)
    {
        if (Uuid(column) is { } uuid)
            return uuid;
        // Where hardly any value has a digit, they are words of a language.
        bool looksDrawn = column.Count(part => part.Any(char.IsAsciiDigit)) * 2 >= column.Count;
        int shortest = column.Min(part => part.Length);
        if (!looksDrawn || shortest < shortestWord)
            return null;
        string? alphabet = Array.Find(Alphabets, candidate => column.TrueForAll(part => part.All(candidate.Holds))).Class;
        int longest = column.Max(part => part.Length);
        string length = shortest == longest ? string.Create(CultureInfo.InvariantCulture, $"{shortest}") : string.Create(CultureInfo.InvariantCulture, $"{shortest},{longest}");
        return alphabet is null ? null : $"{alphabet}{{{length}}}";
    }

    private static string? Uuid(List<string> column)
    {
        if (!column.TrueForAll(part => AnyUuid().IsMatch(part)))
            return null;
        foreach ((string digits, string variants) in new[] { ("[0-9a-f]", "[89ab]"), ("[0-9A-F]", "[89AB]"), ("[0-9A-Fa-f]", "[89ABab]") })
        {
            string pattern = $"{digits}{{8}}-{digits}{{4}}-{column[0][14]}{digits}{{3}}-{variants}{digits}{{3}}-{digits}{{12}}";
            if (column.TrueForAll(part => Regex.IsMatch(part, $@"\A{pattern}\z", RegexOptions.CultureInvariant)))
                return pattern;
        }

        return null;
    }

    private const string UuidPattern = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

    [GeneratedRegex($@"\A{UuidPattern}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AnyUuid();

    [GeneratedRegex($@"(?<![0-9A-Za-z]){UuidPattern}(?![0-9A-Za-z])|[0-9A-Za-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex("[0-9A-Za-z_-]+", RegexOptions.CultureInvariant)]
    private static partial Regex UrlWords();

    [GeneratedRegex("[0-9A-Za-z+/=]+", RegexOptions.CultureInvariant)]
    private static partial Regex Base64Words();
}
