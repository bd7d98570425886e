using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Agent.StandIns.Http1;

/// <summary>
/// What goes out for an answer over HTTP/1.1: its fields as they were recorded and where they stood. Where they name no framing, it is added behind them, as
/// Envoy's codec does.
/// </summary>
/// <param name="Fields">All that are written.</param>
/// <param name="End">How the body is framed.</param>
/// <param name="Promised">Bytes that Content-Length promises; null without it.</param>
/// <param name="EndsConnection">True when nothing can follow on the connection.</param>
internal readonly record struct AnswerFraming(IReadOnlyList<HeaderField> Fields, BodyEnd End, long? Promised, bool EndsConnection)
{
    private static readonly HeaderField Chunked = new("transfer-encoding", "chunked");
    private static readonly HeaderField Empty = new("content-length", "0");
    private static readonly HeaderField Close = new("connection", "close");

    // Of the connection that the answer was recorded on (RFC 9110 §7.6.1); Envoy puts none of them on to its client.
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase) { "connection", "keep-alive", "proxy-connection", "upgrade" };

    /// <summary>Decides.</summary>
    /// <param name="start">The answer.</param>
    /// <param name="method">Of the request.</param>
    /// <param name="minorVersion">Of the request: a client of HTTP/1.0 knows no chunks.</param>
    /// <param name="endsConnection">True when the request asks for it.</param>
    public static AnswerFraming Of(in AnswerStart start, string method, int minorVersion, bool endsConnection)
    {
        List<HeaderField> fields = new(start.Headers.Count + 2);
        bool isCoded = false;
        long? promised = null;
        foreach (HeaderField field in start.Headers)
        {
            if (field.Name.StartsWith(':') || OfTheConnection.Contains(field.Name))
                continue;
            bool isCoding = field.Name.Equals(Chunked.Name, StringComparison.OrdinalIgnoreCase);
            // A client of HTTP/1.0 would take the sizes of chunks for content.
            if (isCoding && minorVersion == 0)
                continue;
            isCoded |= isCoding;
            if (field.Name.Equals(Empty.Name, StringComparison.OrdinalIgnoreCase) && long.TryParse(field.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
                promised = length;
            fields.Add(field);
        }

        BodyEnd end = Choose(start, method, isCoded, fields, minorVersion, ref promised);
        endsConnection |= end is BodyEnd.Connection;
        if (endsConnection)
            fields.Add(Close);
        return new AnswerFraming(fields, end, promised, endsConnection);
    }

    private static BodyEnd Choose(in AnswerStart start, string method, bool isCoded, List<HeaderField> fields, int minorVersion, ref long? promised)
    {
        if (BodyFraming.HasNoBody(method, start.Status))
            return BodyEnd.None;
        // With both, chunks decide (RFC 9112 §6.3).
        if (isCoded)
            return BodyEnd.Chunked;
        if (promised is not null)
            return BodyEnd.Length;
        if (start is { BodyBytes: 0, HasTrailers: false })
        {
            fields.Add(Empty);
            promised = 0;
            return BodyEnd.Length;
        }

        if (minorVersion == 0)
            return BodyEnd.Connection;
        fields.Add(Chunked);
        return BodyEnd.Chunked;
    }
}
