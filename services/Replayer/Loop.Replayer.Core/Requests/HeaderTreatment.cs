namespace Loop.Replayer.Core.Requests;

/// <summary>Which recorded request headers are not sent as they were, and why.</summary>
public static class HeaderTreatment
{
    // RFC 9110 §7.6.1, and framing that the sender computes anew.
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
    };

    // A stranger's trace context would put the replay into the recorded trace of another system.
    private static readonly HashSet<string> TraceContext = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-request-id", "traceparent", "tracestate", "b3", "uber-trace-id", "x-cloud-trace-context", "x-amzn-trace-id",
        "grpc-trace-bin", "sw8", "x-ot-span-context", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority",
    };

    /// <summary>True for what a proxy tells the service behind it: whom it serves, by which scheme, with which time limit.</summary>
    public static bool IsOfTheProxy(string name) =>
        name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase) || name.Equals("forwarded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a header is left out; null when it is sent.</summary>
    /// <param name="name">Of the header.</param>
    /// <param name="namedByConnection">Headers that the recorded <c>connection</c> names.</param>
    /// <param name="isDirect">True when no proxy is before the service that would tell it anew.</param>
    public static string? WhyDropped(string name, IReadOnlySet<string> namedByConnection, bool isDirect)
    {
        if (HopByHop.Contains(name) || namedByConnection.Contains(name))
            return "belongs to the recorded connection";
        if (TraceContext.Contains(name) || name.StartsWith("x-b3-", StringComparison.OrdinalIgnoreCase))
            return "the replay has a trace of its own";
        if (!isDirect && IsOfTheProxy(name))
            return "set by the recorded proxy";
        // The whole body is there at once; waiting for permission would need a second exchange of bytes that was not recorded.
        return name.Equals("expect", StringComparison.OrdinalIgnoreCase) ? "the body is sent at once" : null;
    }

    /// <summary>True for values that a capture node replaced by a token; a token is never sent.</summary>
    public static bool IsToken(string direction, string name, string value, IReadOnlyList<string> redacted) =>
        redacted.Contains($"{direction}:{name}", StringComparer.OrdinalIgnoreCase) || value.Contains(TokenMark, StringComparison.Ordinal);

    /// <summary>Beginning of every redaction token.</summary>
    public const string TokenMark = "loop:";
}
