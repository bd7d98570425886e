using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Loop.Cli.Proxy;

/// <summary>What the proxy knows of one request while it forwards it; read by the side stream and, at the end, by the access log.</summary>
internal sealed class ProxiedExchange
{
    private readonly TimeProvider _time;
    private readonly long _startedAtTimestamp;

    public ProxiedExchange(HttpContext context, TimeProvider time)
    {
        _time = time;
        Context = context;
        StartedAt = time.GetUtcNow();
        _startedAtTimestamp = time.GetTimestamp();
        Target = TargetOf(context);
        RequestFields = FieldsOf(context, Target);
    }

    public HttpContext Context { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Path and query, byte for byte as the caller sent them.</summary>
    public string Target { get; }

    /// <summary>Pseudo headers first, names in lower case, values one character per byte.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestFields { get; }

    public IReadOnlyList<KeyValuePair<string, string>> ResponseFields { get; set; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> ResponseTrailers { get; set; } = [];

    public ProxyRoute? Route { get; set; }

    public UpstreamAddresses Upstream { get; set; } = new();

    /// <summary>Status that the caller saw; 0 while none was sent, as in Envoy's log.</summary>
    public int Status { get; set; }

    public ForwardOutcome Outcome { get; set; } = ForwardOutcome.ViaUpstream;

    public long RequestBodyBytes { get; set; }

    public long ResponseBodyBytes { get; set; }

    public TimeSpan? RequestEndedAfter { get; set; }

    public TimeSpan? UpstreamAnsweredAfter { get; set; }

    public TimeSpan? EndedAfter { get; set; }

    public string Authority => Context.Request.Host.Value ?? "";

    public IPEndPoint? Caller => EndPointOf(Context.Connection.RemoteIpAddress, Context.Connection.RemotePort);

    public IPEndPoint? Listener => EndPointOf(Context.Connection.LocalIpAddress, Context.Connection.LocalPort);

    public string RequestId => Header("x-request-id") ?? "";

    public bool IsGrpc => Header("content-type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    public TimeSpan Elapsed => _time.GetElapsedTime(_startedAtTimestamp);

    public string? Header(string name) => Context.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>Fields of a header dictionary as the wire has them: one per value.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Flatten(IHeaderDictionary headers) =>
        headers.SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key.ToLowerInvariant(), value ?? ""));

    private static IPEndPoint? EndPointOf(IPAddress? address, int port) => address is null ? null : TrackedStream.Plain(new IPEndPoint(address, port));

    private static string TargetOf(HttpContext context)
    {
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return raw.StartsWith('/') ? raw : context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
    }

    private static List<KeyValuePair<string, string>> FieldsOf(HttpContext context, string target)
    {
        List<KeyValuePair<string, string>> fields =
        [
            new(":authority", context.Request.Host.Value ?? ""),
            new(":path", target),
            new(":method", context.Request.Method),
            new(":scheme", context.Request.Scheme),
        ];
        // HTTP/1's Host is :authority; Kestrel shows HTTP/2's pseudo headers as headers too.
        fields.AddRange(Flatten(context.Request.Headers).Where(field => field.Key != "host" && field.Key[0] != ':'));
        return fields;
    }
}
