using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Loop.Cli.Terminal;

namespace Loop.Cli.Conversations;

/// <summary>A body as lines that are safe to print: JSON indented, text as it is, anything else as a hex dump.</summary>
public static class BodyText
{
    private const int BytesPerLine = 16;

    // What is printed is escaped by SafeText; "\u00e9" would only hide names from the reader.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines of <paramref name="body"/>, read lazily.</summary>
    public static IEnumerable<string> Lines(ReadOnlyMemory<byte> body)
    {
        if (TryText(body.Span) is not { } text)
            return HexLines(body);
        return (Indented(text) ?? text).Split('\n').Select(line => SafeText.Block(line.TrimEnd('\r')));
    }

    /// <summary>True when <see cref="Lines"/> gives a hex dump.</summary>
    public static bool IsBinary(ReadOnlyMemory<byte> body) => TryText(body.Span) is null;

    private static string? TryText(ReadOnlySpan<byte> body)
    {
        // A zero byte is valid UTF-8 and never text.
        if (body.Contains((byte)0))
            return null;
        try
        {
            return Strict.GetString(WithoutCutSymbol(body));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // A truncated body may end within a symbol of up to four bytes.
    private static ReadOnlySpan<byte> WithoutCutSymbol(ReadOnlySpan<byte> body)
    {
        for (int back = 1; back <= Math.Min(3, body.Length); back++)
        {
            byte lead = body[^back];
            if ((lead & 0xC0) == 0x80)
                continue;
            int length = lead switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            return length > back ? body[..^back] : body;
        }

        return body;
    }

    private static string? Indented(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().TrimStart();
        if (trimmed.IsEmpty || trimmed[0] is not ('{' or '['))
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(document.RootElement, Readable);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> HexLines(ReadOnlyMemory<byte> body)
    {
        for (int offset = 0; offset < body.Length; offset += BytesPerLine)
        {
            ReadOnlySpan<byte> row = body.Span.Slice(offset, Math.Min(BytesPerLine, body.Length - offset));
            var hex = new StringBuilder(BytesPerLine * 3);
            var symbols = new StringBuilder(BytesPerLine);
            foreach (byte value in row)
            {
                hex.Append($"{value:x2} ");
                symbols.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
            }

            yield return $"{offset:x8}  {hex.ToString().PadRight(BytesPerLine * 3)} {symbols}";
        }
    }
}
