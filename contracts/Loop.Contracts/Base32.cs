using System.Buffers;
using System.Security.Cryptography;

namespace Loop.Contracts;

/// <summary>
/// Crockford's base 32 in lower case: digits and letters without i, l, o and u, so that an id read aloud at night is typed right.
/// </summary>
public static class Base32
{
    /// <summary>The 32 symbols, by value.</summary>
    public const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> Symbols = SearchValues.Create(Alphabet);

    /// <summary>Renders the first <paramref name="length"/> × 5 bits of <paramref name="bytes"/>, most significant bit first.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length * 5, bytes.Length * 8);
        Span<char> symbols = stackalloc char[length];
        for (int symbol = 0; symbol < length; symbol++)
        {
            int value = 0;
            for (int bit = symbol * 5; bit < (symbol * 5) + 5; bit++)
                value = (value << 1) | ((bytes[bit / 8] >> (7 - (bit % 8))) & 1);
            symbols[symbol] = Alphabet[value];
        }

        return new string(symbols);
    }

    /// <summary>True when every character is one of the 32 symbols.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => !text.IsEmpty && text.IndexOfAnyExcept(Symbols) < 0;

    /// <summary>The first 12 symbols (60 bits) of SHA-256 over <paramref name="bytes"/>.</summary>
    public static string Hash12(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return Encode(digest, 12);
    }
}
