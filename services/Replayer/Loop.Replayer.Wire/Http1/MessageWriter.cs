using System.Buffers;
using System.Globalization;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Writes heads, chunks and trailers exactly as they are given: no field is added, left out, moved or spelled otherwise.</summary>
public static class MessageWriter
{
    private static readonly SearchValues<char> LineBreakers = SearchValues.Create('\r', '\n', '\0');

    /// <summary>Request line and fields.</summary>
    /// <exception cref="ArgumentException">They hold what would end a line.</exception>
    public static void Request(IBufferWriter<byte> output, string method, string target, IReadOnlyList<HeaderField> fields)
    {
        if (method.AsSpan().ContainsAnyExceptInRange('!', '~') || target.Length == 0 || target.AsSpan().ContainsAnyInRange('\0', ' '))
            throw new ArgumentException("A method or a target with white space or control bytes cannot be sent.", nameof(target));
        Text(output, method);
        output.Write(" "u8);
        Text(output, target);
        output.Write(" HTTP/1.1\r\n"u8);
        Fields(output, fields);
    }

    /// <summary>Status line, with the reason that belongs to the status, and fields.</summary>
    /// <exception cref="ArgumentException">They hold what would end a line.</exception>
    public static void Answer(IBufferWriter<byte> output, int status, IReadOnlyList<HeaderField> fields)
    {
        output.Write("HTTP/1.1 "u8);
        Span<byte> digits = output.GetSpan(11);
        status.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write(" "u8);
        Text(output, Reasons.Of(status));
        output.Write("\r\n"u8);
        Fields(output, fields);
    }

    /// <summary>One chunk; an empty one is not written, since it would end the body.</summary>
    public static void Chunk(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Span<byte> digits = output.GetSpan(8);
        bytes.Length.TryFormat(digits, out int length, "x", CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write("\r\n"u8);
        output.Write(bytes);
        output.Write("\r\n"u8);
    }

    /// <summary>The last chunk, trailers, and the end of the body.</summary>
    /// <exception cref="ArgumentException">They hold what would end a line.</exception>
    public static void LastChunk(IBufferWriter<byte> output, IReadOnlyList<HeaderField> trailers)
    {
        output.Write("0\r\n"u8);
        Fields(output, trailers);
    }

    private static void Fields(IBufferWriter<byte> output, IReadOnlyList<HeaderField> fields)
    {
        foreach (HeaderField field in fields)
        {
            if (field.Name.Length == 0 || field.Name.AsSpan().ContainsAnyExceptInRange('!', '~') || field.Name.Contains(':', StringComparison.Ordinal))
                throw new ArgumentException($"'{field.Name}' is not the name of a header.", nameof(fields));
            Text(output, field.Name);
            output.Write(": "u8);
            Text(output, field.Value);
            output.Write("\r\n"u8);
        }

        output.Write("\r\n"u8);
    }

    // One byte per character, as it was read.
    private static void Text(IBufferWriter<byte> output, string text)
    {
        if (text.AsSpan().ContainsAny(LineBreakers) || text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff'))
            throw new ArgumentException("A line break, or a character that is no byte, cannot be sent in a head.", nameof(text));
        Span<byte> room = output.GetSpan(Math.Max(1, text.Length));
        output.Advance(Encoding.Latin1.GetBytes(text, room));
    }
}
