using System.Text.Json.Serialization;

namespace Loop.Contracts.Exchanges;

/// <summary>
/// One HTTP request with its response (or its reset) as one proxy saw it: everything but the bodies' bytes.
/// An entry of an access log is an exchange of its own (<see cref="Input"/> = <see cref="CaptureInput.AccessLog"/>, no bodies, often few headers);
/// joining it to the exchange it speaks of is a pure function of what was recorded, never a fact.
/// </summary>
public sealed record Exchange
{
    /// <summary>Identity given at capture.</summary>
    public required ExchangeId Id { get; init; }

    /// <summary>The input that delivered it.</summary>
    public required CaptureInput Input { get; init; }

    /// <summary>Which side of the call the proxy stood on.</summary>
    public required ExchangeView View { get; init; }

    /// <summary>Service beside the proxy (<c>x-loop-service</c>); null when the source did not say.</summary>
    public string? Service { get; init; }

    /// <summary>Namespace of <see cref="Service"/> (<c>x-loop-namespace</c>).</summary>
    public string? Namespace { get; init; }

    /// <summary>Which copy of the service (<c>x-loop-instance</c>), else capture node + peer address of the side stream.</summary>
    public required string Instance { get; init; }

    /// <summary>When the proxy received the request (<c>request.time</c>), else arrival of the first message.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From <see cref="StartedAt"/> to the end of the response; null when it never ended.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary><c>HTTP/1.1</c>, <c>HTTP/2</c>…; null when unknown.</summary>
    public string? Protocol { get; init; }

    /// <summary>The request; null when the proxy refused it before its filters ran (400, 426, 431 by the connection manager).</summary>
    public HttpMessagePart? Request { get; init; }

    /// <summary>The response; null when none began.</summary>
    public HttpMessagePart? Response { get; init; }

    /// <summary>How it ended.</summary>
    public required ExchangeEnd End { get; init; }

    /// <summary>Who broke it off; <see cref="BrokenOffBy.None"/> unless <see cref="End"/> is <see cref="ExchangeEnd.BrokenOff"/>.</summary>
    public BrokenOffBy BrokenOffBy { get; init; }

    /// <summary>Addresses at both sides of the proxy.</summary>
    public ExchangeEndpoints Endpoints { get; init; } = ExchangeEndpoints.Unknown;

    /// <summary>Envoy's short names (<c>UT</c>, <c>UC</c>, <c>UH</c>, <c>DC</c>…), empty when none or unknown.</summary>
    public IReadOnlyList<string> ResponseFlags { get; init; } = [];

    /// <summary>Envoy's <c>response.code_details</c> (<c>via_upstream</c>, <c>upstream_reset_before_response_started{…}</c>); null when unknown.</summary>
    public string? ResponseCodeDetails { get; init; }

    /// <summary>How many tries the proxy made, or which try this is (<c>x-envoy-attempt-count</c>) on a server view; null when unknown.</summary>
    public int? AttemptCount { get; init; }

    /// <summary>Span id of the context that the proxy received with the request, 16 hex digits.</summary>
    public string? IncomingSpanId { get; init; }

    /// <summary>Span id of the context that the proxy sent upstream (from the access log or the tap), 16 hex digits.</summary>
    public string? OutgoingSpanId { get; init; }

    /// <summary>All trace keys found in headers and side-stream metadata.</summary>
    public IReadOnlyList<TraceKey> Keys { get; init; } = [];

    /// <summary>Names of the headers whose values were replaced by tokens before this left the node, <c>request:authorization</c> or <c>response:set-cookie</c>.</summary>
    public IReadOnlyList<string> Redacted { get; init; } = [];
}

/// <summary>Headers, body and trailers of one direction.</summary>
public sealed record HttpMessagePart
{
    /// <summary>In wire order, names lower case, duplicates kept, pseudo headers (<c>:method</c>, <c>:status</c>…) as ordinary items.</summary>
    public required IReadOnlyList<HeaderField> Headers { get; init; }

    /// <summary>What is known of the body.</summary>
    public required BodyInfo Body { get; init; }

    /// <summary>Trailers in wire order; empty when none.</summary>
    public IReadOnlyList<HeaderField> Trailers { get; init; } = [];

    /// <summary>When its headers reached us; null when unknown.</summary>
    public DateTimeOffset? HeadersAt { get; init; }

    /// <summary>
    /// The chunks in which the body came, in the order of arrival. A chunk begins where the other direction spoke in between, or after a pause, and later than
    /// every chunk before it of either direction: times tell what was sent after what. Null without a body, and null on both sides when that is not known, or
    /// when request and answer came in one go each.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BodyChunk>? Chunks { get; init; }

    /// <summary>The first value of a header (names in lower case), or null.</summary>
    public string? Header(string name) => First(Headers, name);

    /// <summary>The first value of a trailer, or null.</summary>
    public string? Trailer(string name) => First(Trailers, name);

    private static string? First(IReadOnlyList<HeaderField> fields, string name)
    {
        foreach (HeaderField field in fields)
        {
            if (string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase))
                return field.Value;
        }

        return null;
    }
}

/// <summary>One header or trailer.</summary>
/// <param name="Name">Lower case as Envoy delivers it.</param>
/// <param name="Value">The value's bytes, one character per byte (Latin-1), so that nothing is lost.</param>
public readonly record struct HeaderField(string Name, string Value);

/// <summary>The place where a chunk of a body begins.</summary>
/// <param name="OffsetBytes">From the start of the body.</param>
/// <param name="At">When its first byte reached us.</param>
public readonly record struct BodyChunk(long OffsetBytes, DateTimeOffset At);

/// <summary>A body without its bytes.</summary>
public sealed record BodyInfo
{
    /// <summary>The body that never came: no byte, complete.</summary>
    public static readonly BodyInfo Empty = new();

    /// <summary>Bytes that passed the proxy, also those that were not kept.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Bytes kept: the first ones, at most the limit.</summary>
    public long KeptBytes { get; init; }

    /// <summary>True when bytes are missing (limit, shed, or holes left by the proxy).</summary>
    public bool Truncated { get; init; }

    /// <summary>False when the source changed the bytes (tap's JSON_BODY_AS_STRING).</summary>
    public bool Exact { get; init; } = true;

    /// <summary>SHA-256 of the kept bytes, lower-case hex; null when none were kept. It is the body's name in the pack.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Addresses as <c>ip:port</c>; a null means that the proxy did not tell.</summary>
/// <param name="DownstreamRemote">The caller's end of the connection into the proxy.</param>
/// <param name="DownstreamLocal">The proxy's end of that connection.</param>
/// <param name="UpstreamLocal">The proxy's end of the connection to the callee.</param>
/// <param name="UpstreamRemote">The callee's end.</param>
public sealed record ExchangeEndpoints(string? DownstreamRemote, string? DownstreamLocal, string? UpstreamLocal, string? UpstreamRemote)
{
    /// <summary>Nothing known.</summary>
    public static readonly ExchangeEndpoints Unknown = new(null, null, null, null);
}

/// <summary>Which side of a call the proxy stood on.</summary>
public enum ExchangeView
{
    /// <summary>The source did not say.</summary>
    Unknown,

    /// <summary>Outbound proxy: what the caller sent.</summary>
    Client,

    /// <summary>Inbound proxy: what the callee received.</summary>
    Server,

    /// <summary>A gateway: both the entry of the mesh and the client of the first service.</summary>
    Edge,

    /// <summary>One try of a call, seen at the caller's cluster (<c>x-loop-position: attempt</c>): beside a client or edge view, which shows the call as a whole.</summary>
    Attempt,
}

/// <summary>The input that delivered an exchange.</summary>
public enum CaptureInput
{
    /// <summary>ext_proc in observability mode.</summary>
    ExternalProcessor,

    /// <summary>Envoy's <c>TapSinkService/StreamTaps</c>.</summary>
    StreamedTap,

    /// <summary>Gloo's <c>TapService/ReportTap</c>, gRPC or HTTP POST.</summary>
    ReportedTap,

    /// <summary>A file written by the tap filter.</summary>
    TapFile,

    /// <summary>The body of Envoy's <c>POST /tap</c>.</summary>
    AdminTap,

    /// <summary>gRPC access log: header-only.</summary>
    AccessLog,
}

/// <summary>How an exchange ended.</summary>
public enum ExchangeEnd
{
    /// <summary>The response ended.</summary>
    Complete,

    /// <summary>The response ended before the request did.</summary>
    RequestIncomplete,

    /// <summary>No end of response was seen.</summary>
    BrokenOff,

    /// <summary>It became a WebSocket or a tunnel; the bytes after that are an opaque stream.</summary>
    Upgraded,

    /// <summary>Still open when it was collected.</summary>
    Open,
}

/// <summary>Who broke an exchange off.</summary>
public enum BrokenOffBy
{
    /// <summary>Not broken off.</summary>
    None,

    /// <summary>Broken off, and no access log tells by whom.</summary>
    Unknown,

    /// <summary>The client gave up (<c>DC</c>, <c>DR</c>).</summary>
    Client,

    /// <summary>The upstream reset, or the proxy gave it up (<c>UC</c>, <c>UR</c>, <c>UT</c>, <c>UPE</c>…).</summary>
    Upstream,

    /// <summary>Our own side stream was cut (restart, shutdown): nothing is known of the exchange's end.</summary>
    Capture,
}
