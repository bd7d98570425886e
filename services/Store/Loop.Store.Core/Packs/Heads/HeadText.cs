namespace Loop.Store.Core.Packs.Heads;

/// <summary>
/// Identifiers within text: digits of random bytes, which take twice their size as text and disturb the compression of what stands around them.
/// In their place the text has a mark.
/// </summary>
internal static class HeadText
{
    /// <summary>Ends a text.</summary>
    public const char End = '\n';

    /// <summary>The next character is none of these marks.</summary>
    public const char Escape = '\0';

    /// <summary>16 hex digits: a span.</summary>
    public const char Short = '\u0001';

    /// <summary>32 hex digits: a trace.</summary>
    public const char Long = '\u0002';

    /// <summary>32 hex digits in the groups of a UUID; the first of its third group, which proxies change, follows as a character.</summary>
    public const char Uuid = '\u0003';

    /// <summary>Characters that are written with an escape.</summary>
    public static bool IsMark(char character) => character is End or <= Uuid;

    private const int ShortLength = 16;
    private const int LongLength = 32;
    private const int UuidLength = 36;
    private const int VersionAt = 14;

    /// <summary>The identifier that begins at a place: its mark, its length in the text, its digits (a UUID's with 0 for the changing one), and that one.</summary>
    public static (char Mark, int Length, string Digits, char Version) Find(ReadOnlySpan<char> text)
    {
        if (IsUuid(text))
            return (Uuid, UuidLength, string.Concat(text[..8], text[9..13], string.Concat("0", text[15..18], text[19..23], text[24..36])), text[VersionAt]);
        int digits = 0;
        while (digits < Math.Min(LongLength, text.Length) && char.IsAsciiHexDigitLower(text[digits]))
            digits++;
        return digits switch
        {
            LongLength => (Long, LongLength, text[..LongLength].ToString(), default),
            >= ShortLength => (Short, ShortLength, text[..ShortLength].ToString(), default),
            _ => (End, 0, "", default),
        };
    }

    /// <summary>A UUID of its 32 digits.</summary>
    public static string UuidOf(string digits, char version) => $"{digits[..8]}-{digits[8..12]}-{version}{digits[13..16]}-{digits[16..20]}-{digits[20..]}";

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length < UuidLength)
            return false;
        for (int place = 0; place < UuidLength; place++)
        {
            bool isRight = place is 8 or 13 or 18 or 23 ? text[place] == '-' : char.IsAsciiHexDigitLower(text[place]);
            if (!isRight)
                return false;
        }

        return true;
    }
}
