using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Names of header fields: what they may be made of, and strings of the usual ones, which then cost no memory per message.</summary>
internal static class FieldNames
{
    private const int UsualLength = 64;

    // RFC 9110 §5.6.2 (token).
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Usual = FrozenSet.Create(
        StringComparer.Ordinal,
        "accept", "accept-encoding", "accept-language", "age", "allow", "authorization", "b3", "baggage", "cache-control", "connection", "content-encoding", "content-length",
        "content-type", "cookie", "date", "etag", "expect", "expires", "host", "if-modified-since", "if-none-match", "keep-alive", "last-modified", "location", "origin", "referer",
        "retry-after", "server", "set-cookie", "te", "trailer", "traceparent", "tracestate", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "x-b3-parentspanid",
        "x-b3-sampled", "x-b3-spanid", "x-b3-traceid", "x-envoy-upstream-service-time", "x-forwarded-for", "x-forwarded-proto", "x-request-id").GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for one or more bytes that may make a name or a method.</summary>
    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(TokenBytes);

    /// <summary>The name in lower case.</summary>
    public static string Read(ReadOnlySpan<byte> token)
    {
        if (token.Length > UsualLength)
            return Encoding.ASCII.GetString(token).ToLowerInvariant();
        Span<char> lower = stackalloc char[UsualLength];
        Ascii.ToLower(token, lower, out int length);
        return Usual.TryGetValue(lower[..length], out string? usual) ? usual : new string(lower[..length]);
    }
}
