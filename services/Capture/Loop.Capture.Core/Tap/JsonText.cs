using System.Buffers;
using System.Globalization;
using System.Text;

namespace Loop.Capture.Core.Tap;

/// <summary>Undoes the escapes of a JSON string (RFC 8259 §7) without touching any other byte.</summary>
internal static class JsonText
{
    private const int HexLength = 4;

    /// <summary>The bytes behind the text between the quotes. Half a surrogate pair becomes U+FFFD.</summary>
    /// <exception cref="FormatException">An escape is unknown or incomplete.</exception>
    public static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length);
        while (text.IndexOf((byte)'\\') is >= 0 and var backslash)
        {
            bytes.Write(text[..backslash]);
            text = text[(backslash + 1)..];
            int used = text.IsEmpty ? throw new FormatException("An escape is incomplete.") : WriteEscape(bytes, text);
            text = text[used..];
        }

        bytes.Write(text);
        return bytes.WrittenSpan.ToArray();
    }

    private static int WriteEscape(ArrayBufferWriter<byte> bytes, ReadOnlySpan<byte> escape)
    {
        if (escape[0] == (byte)'u')
            return WriteCodePoint(bytes, escape);
        byte plain = escape[0] switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'"' or (byte)'\\' or (byte)'/' => escape[0],
            _ => throw new FormatException("An escape is unknown."),
        };
        bytes.Write([plain]);
        return 1;
    }

    private static int WriteCodePoint(ArrayBufferWriter<byte> bytes, ReadOnlySpan<byte> escape)
    {
        int used = 1 + HexLength;
        char high = Unit(escape);
        Rune rune = Rune.ReplacementChar;
        if (Rune.TryCreate(high, out Rune single))
        {
            rune = single;
        }
        else if (escape.Length >= used + 2 + HexLength && escape[used] == (byte)'\\' && escape[used + 1] == (byte)'u'
            && Rune.TryCreate(high, Unit(escape[(used + 1)..]), out Rune pair))
        {
            rune = pair;
            used += 2 + HexLength;
        }

        Span<byte> encoded = stackalloc byte[4];
        bytes.Write(encoded[..rune.EncodeToUtf8(encoded)]);
        return used;
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        escape.Length > HexLength && ushort.TryParse(escape.Slice(1, HexLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
            ? (char)unit
            : throw new FormatException("An escape is incomplete.");
}
