using System.Buffers;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>The trace keys and span of a list of headers.</summary>
internal static class TraceContext
{
    private const int SpanLength = 16;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Adds the keys of request headers, each once, in the order of the headers.</summary>
    public static void AddKeys(List<TraceKey> keys, IReadOnlyList<HeaderField> headers)
    {
        foreach (HeaderField header in headers)
        {
            Add(keys, header.Name switch
            {
                "traceparent" => TraceKey.FromTraceParent(header.Value),
                "b3" => TraceKey.FromB3(header.Value),
                "x-b3-traceid" => TraceKey.FromTraceId(header.Value),
                "x-request-id" => TraceKey.FromRequestId(header.Value),
                _ => null,
            });
        }
    }

    /// <summary>Adds one key unless it is there.</summary>
    public static void Add(List<TraceKey> keys, TraceKey? key)
    {
        if (key is { } found && keys.Count < PartScan.MaxKeys && !keys.Contains(found))
            keys.Add(found);
    }

    /// <summary>The span id that a message carries: W3C first, then B3; 16 lower-case hex digits, or null.</summary>
    public static string? SpanOf(HttpMessagePart? request)
    {
        if (request is null)
            return null;
        string? traceParent = request.Header("traceparent");
        if (traceParent is { Length: >= 55 } && traceParent[35] == '-' && Span(traceParent.AsSpan(36, SpanLength)) is { } w3c)
            return w3c;
        if (Span(request.Header("x-b3-spanid")) is { } b3)
            return b3;
        string[] parts = request.Header("b3")?.Split('-', 3) ?? [];
        return parts.Length >= 2 ? Span(parts[1]) : null;
    }

    private static string? Span(ReadOnlySpan<char> hex) =>
        hex.Length == SpanLength && hex.IndexOfAnyExcept(HexDigits) < 0 && hex.IndexOfAnyExcept('0') >= 0 ? hex.ToString().ToLowerInvariant() : null;
}
