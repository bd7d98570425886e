using System.Buffers;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Reads heads and trailers of HTTP/1.1. Pure; strict: what RFC 9112 lets a recipient repair is refused, since two recipients repair differently.</summary>
public static class HeadParser
{
    /// <summary>Longest head or trailer section: Envoy takes heads of up to 8 MiB, when it is told to (<c>max_request_headers_kb</c>).</summary>
    public const int LimitBytes = 8 * 1024 * 1024;

    /// <summary>Most fields of a section.</summary>
    public const int FieldLimit = 10_000;

    private const int UsualFields = 16;

    private static ReadOnlySpan<byte> EmptyLine => "\r\n\r\n"u8;

    /// <summary>Bytes up to and with the empty line that ends a section; 0 while it has not come.</summary>
    /// <param name="bytes">From the section's first byte.</param>
    /// <param name="seen">Bytes that were looked at before; 0 at first. Keeps a section that comes byte by byte from being read over and over.</param>
    /// <exception cref="NotHttpException">It is too long, or a line ends with LF alone.</exception>
    public static long FindEnd(in ReadOnlySequence<byte> bytes, ref long seen)
    {
        ReadOnlySequence<byte> unseen = bytes.Slice(Math.Max(0, seen - EmptyLine.Length + 1));
        long before = bytes.Length - unseen.Length;
        SequenceReader<byte> reader = new(unseen);
        bool isFound = reader.TryReadTo(out ReadOnlySequence<byte> _, EmptyLine);
        long end = isFound ? before + reader.Consumed : 0;
        if ((isFound ? end : bytes.Length) > LimitBytes)
            throw new NotHttpException($"a head of more than {LimitBytes} bytes", status: 431);
        // Lines of a whole section are checked when they are read; one that ends its lines otherwise would be waited for in vain.
        if (!isFound)
            RefuseBareLineFeed(unseen, isStart: before == 0);
        seen = bytes.Length;
        return end;
    }

    /// <summary>Reads a request's head.</summary>
    /// <param name="head">With its empty line.</param>
    /// <exception cref="NotHttpException">It is none.</exception>
    public static RequestHead Request(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> line = Line(head, out ReadOnlySpan<byte> fields);
        int methodEnd = line.IndexOf((byte)' ');
        int targetEnd = line.LastIndexOf((byte)' ');
        if (methodEnd < 0 || targetEnd <= methodEnd || !FieldNames.IsToken(line[..methodEnd]))
            throw new NotHttpException("a request line that is not 'METHOD target HTTP/1.1'");
        ReadOnlySpan<byte> target = line[(methodEnd + 1)..targetEnd];
        if (target.IsEmpty || target.ContainsAnyInRange((byte)0, (byte)' ') || target.Contains((byte)0x7f))
            throw new NotHttpException("a request target with white space or control bytes");
        return new RequestHead(Method(line[..methodEnd]), Encoding.Latin1.GetString(target), MinorVersion(line[(targetEnd + 1)..]), Fields(fields));
    }

    /// <summary>Reads an answer's head.</summary>
    /// <param name="head">With its empty line.</param>
    /// <exception cref="NotHttpException">It is none.</exception>
    public static AnswerHead Answer(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> line = Line(head, out ReadOnlySpan<byte> fields);
        // HTTP/1.1 200 OK; some servers leave the reason out, and the space before it.
        if (line.Length < "HTTP/1.1 200".Length || line[8] != ' ' || (line.Length > 12 && line[12] != ' '))
            throw new NotHttpException("a status line that is not 'HTTP/1.1 STATUS reason'");
        int minorVersion = MinorVersion(line[..8]);
        int status = 0;
        foreach (byte digit in line[9..12])
            status = digit is >= (byte)'0' and <= (byte)'9' ? (status * 10) + digit - '0' : throw new NotHttpException("a status that is not three digits");
        return status >= 100 ? new AnswerHead(status, minorVersion, Fields(fields)) : throw new NotHttpException("a status below 100");
    }

    /// <summary>Reads fields.</summary>
    /// <param name="section">Lines, the empty one at last.</param>
    /// <exception cref="NotHttpException">It holds anything else.</exception>
    public static IReadOnlyList<HeaderField> Fields(ReadOnlySpan<byte> section)
    {
        List<HeaderField> fields = new(UsualFields);
        while (true)
        {
            ReadOnlySpan<byte> line = Line(section, out section);
            if (line.IsEmpty)
                return fields;
            if (fields.Count == FieldLimit)
                throw new NotHttpException($"more than {FieldLimit} header fields", status: 431);
            int colon = line.IndexOf((byte)':');
            // Also a folded line, and white space before the colon (RFC 9112 §5.1 and §5.2).
            if (colon < 0 || !FieldNames.IsToken(line[..colon]))
                throw new NotHttpException("a header line that is not 'name: value'");
            fields.Add(new HeaderField(FieldNames.Read(line[..colon]), Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8))));
        }
    }

    // The line without its CRLF.
    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> lines, out ReadOnlySpan<byte> rest)
    {
        int end = lines.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
        if (end < 0 || end + 1 >= lines.Length || lines[end] != '\r' || lines[end + 1] != '\n')
            throw new NotHttpException(end < 0 || lines[end] != 0 ? "a line that does not end with CR LF" : "a NUL byte in a line");
        rest = lines[(end + 2)..];
        return lines[..end];
    }

    private static void RefuseBareLineFeed(in ReadOnlySequence<byte> bytes, bool isStart)
    {
        // What comes before bytes that were looked at already is known to be right.
        byte previous = isStart ? (byte)0 : (byte)'\r';
        foreach (ReadOnlyMemory<byte> memory in bytes)
        {
            ReadOnlySpan<byte> span = memory.Span;
            for (int at = span.IndexOf((byte)'\n'); at >= 0;)
            {
                if ((at == 0 ? previous : span[at - 1]) != '\r')
                    throw new NotHttpException("a line that does not end with CR LF");
                int next = span[(at + 1)..].IndexOf((byte)'\n');
                at = next < 0 ? -1 : at + 1 + next;
            }

            if (!span.IsEmpty)
                previous = span[^1];
        }
    }

    private static int MinorVersion(ReadOnlySpan<byte> version)
    {
        if (version.SequenceEqual("HTTP/1.1"u8))
            return 1;
        return version.SequenceEqual("HTTP/1.0"u8) ? 0 : throw new NotHttpException("a version that is not HTTP/1.1 or HTTP/1.0", status: 505);
    }

    private static string Method(ReadOnlySpan<byte> token)
    {
        if (token.SequenceEqual("GET"u8))
            return "GET";
        return token.SequenceEqual("POST"u8) ? "POST" : Encoding.ASCII.GetString(token);
    }
}
