using System.Globalization;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire.Http1;

/// <summary>How a body tells where it ends.</summary>
public enum BodyEnd
{
    /// <summary>There is no body.</summary>
    None,

    /// <summary>After as many bytes as Content-Length says.</summary>
    Length,

    /// <summary>With the last chunk.</summary>
    Chunked,

    /// <summary>With the connection.</summary>
    Connection,
}

/// <summary>How a received body is framed (RFC 9112 §6.3), and nothing that could be read in two ways.</summary>
/// <param name="End">Where it ends.</param>
/// <param name="LengthBytes">For <see cref="BodyEnd.Length"/>.</param>
public readonly record struct BodyFraming(BodyEnd End, long LengthBytes = 0)
{
    /// <summary>Of a request.</summary>
    /// <exception cref="NotHttpException">It can be read in two ways, or not at all.</exception>
    public static BodyFraming Of(RequestHead head) => Named(head.Fields, head.MinorVersion) ?? new BodyFraming(BodyEnd.None);

    /// <summary>Of the answer to a request.</summary>
    /// <exception cref="NotHttpException">It can be read in two ways, or not at all.</exception>
    public static BodyFraming Of(AnswerHead head, string method) =>
        HasNoBody(method, head.Status) ? new BodyFraming(BodyEnd.None) : Named(head.Fields, head.MinorVersion) ?? new BodyFraming(BodyEnd.Connection);

    /// <summary>True for answers that have none whatever their fields say (RFC 9110 §6.4.1).</summary>
    public static bool HasNoBody(string method, int status) => method == "HEAD" || status is (>= 100 and < 200) or 204 or 304;

    private static BodyFraming? Named(IReadOnlyList<HeaderField> fields, int minorVersion)
    {
        long? length = null;
        bool isChunked = false;
        foreach (HeaderField field in fields)
        {
            if (field.Name == "content-length")
                length = Length(field.Value, length);
            else if (field.Name == "transfer-encoding")
                isChunked = IsChunked(field.Value, isRepeated: isChunked, minorVersion);
        }

        if (isChunked && length is not null)
            throw new NotHttpException("both Transfer-Encoding and Content-Length");
        if (isChunked)
            return new BodyFraming(BodyEnd.Chunked);
        return length is { } bytes ? new BodyFraming(bytes == 0 ? BodyEnd.None : BodyEnd.Length, bytes) : null;
    }

    // Also '5, 5', which some make of two equal fields.
    private static long Length(string value, long? before)
    {
        foreach (Range range in value.AsSpan().Split(','))
        {
            if (!long.TryParse(value.AsSpan()[range].Trim(" \t"), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
                throw new NotHttpException("a Content-Length that is no number");
            if (before is not null && before != length)
                throw new NotHttpException("two Content-Lengths that differ");
            before = length;
        }

        return before!.Value;
    }

    private static bool IsChunked(string value, bool isRepeated, int minorVersion)
    {
        if (minorVersion == 0)
            throw new NotHttpException("Transfer-Encoding in HTTP/1.0");
        return !isRepeated && value.Equals("chunked", StringComparison.OrdinalIgnoreCase)
            ? true
            : throw new NotHttpException("a Transfer-Encoding that is not chunked alone", status: 501);
    }
}
