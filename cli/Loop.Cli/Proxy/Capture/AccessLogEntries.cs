using System.Net;
using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using EnvoySocketAddress = Loop.Protocols.Envoy.Config.Core.V3.SocketAddress;
using LogFlags = Loop.Protocols.Envoy.Data.Accesslog.V3.ResponseFlags;

namespace Loop.Cli.Proxy.Capture;

/// <summary>Builds the access-log entry of an exchange that ended.</summary>
internal static class AccessLogEntries
{
    private const int DownstreamEnd = 6;
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    private static readonly string[] LoggedHeaders = ["traceparent", "x-request-id", "x-b3-traceid", "x-b3-spanid", "b3", "content-type"];

    public static HTTPAccessLogEntry Of(ProxiedExchange exchange)
    {
        var entry = new HTTPAccessLogEntry
        {
            CommonProperties = Common(exchange),
            ProtocolVersion = exchange.Context.Request.Protocol switch
            {
                "HTTP/1.0" => HTTPAccessLogEntry.Types.HTTPVersion.Http10,
                "HTTP/1.1" => HTTPAccessLogEntry.Types.HTTPVersion.Http11,
                "HTTP/2" => HTTPAccessLogEntry.Types.HTTPVersion.Http2,
                _ => HTTPAccessLogEntry.Types.HTTPVersion.ProtocolUnspecified,
            },
            Request = Request(exchange),
            Response = Response(exchange),
        };
        return entry;
    }

    private static AccessLogCommon Common(ProxiedExchange exchange)
    {
        ResponseFlag flag = exchange.Outcome.Flag;
        return new AccessLogCommon
        {
            DownstreamRemoteAddress = AddressOf(exchange.Caller),
            DownstreamDirectRemoteAddress = AddressOf(exchange.Caller),
            DownstreamLocalAddress = AddressOf(exchange.Listener),
            UpstreamRemoteAddress = AddressOf(exchange.Upstream.Remote),
            UpstreamLocalAddress = AddressOf(exchange.Upstream.Local),
            UpstreamCluster = exchange.Route?.Name ?? "",
            RouteName = exchange.Route?.Name ?? "",
            StartTime = Timestamp.FromDateTimeOffset(exchange.StartedAt),
            TimeToLastRxByte = exchange.RequestEndedAfter?.ToDuration(),
            TimeToFirstUpstreamRxByte = exchange.UpstreamAnsweredAfter?.ToDuration(),
            TimeToLastDownstreamTxByte = exchange.EndedAfter?.ToDuration(),
            Duration = exchange.Elapsed.ToDuration(),
            UpstreamRequestAttemptCount = exchange.Route is null ? 0u : 1u,
            StreamId = exchange.RequestId,
            AccessLogType = DownstreamEnd,
            ResponseFlags = flag is ResponseFlag.None ? null : new LogFlags
            {
                UpstreamRequestTimeout = flag.HasFlag(ResponseFlag.UpstreamRequestTimeout),
                UpstreamRemoteReset = flag.HasFlag(ResponseFlag.UpstreamRemoteReset),
                UpstreamConnectionFailure = flag.HasFlag(ResponseFlag.UpstreamConnectionFailure),
                UpstreamConnectionTermination = flag.HasFlag(ResponseFlag.UpstreamConnectionTermination),
                NoRouteFound = flag.HasFlag(ResponseFlag.NoRouteFound),
                DownstreamConnectionTermination = flag.HasFlag(ResponseFlag.DownstreamConnectionTermination),
                UpstreamProtocolError = flag.HasFlag(ResponseFlag.UpstreamProtocolError),
            },
        };
    }

    private static HTTPRequestProperties Request(ProxiedExchange exchange)
    {
        var request = new HTTPRequestProperties
        {
            RequestMethod = Array.IndexOf(Methods, exchange.Context.Request.Method) + 1,
            Scheme = exchange.Context.Request.Scheme,
            Authority = exchange.Authority,
            Path = exchange.Target,
            UserAgent = exchange.Header("user-agent") ?? "",
            Referer = exchange.Header("referer") ?? "",
            ForwardedFor = exchange.Header("x-forwarded-for") ?? "",
            RequestId = exchange.RequestId,
            RequestBodyBytes = (ulong)exchange.RequestBodyBytes,
        };
        foreach (string name in LoggedHeaders)
        {
            if (exchange.Header(name) is { } value)
                request.RequestHeaders[name] = value;
        }

        return request;
    }

    private static HTTPResponseProperties Response(ProxiedExchange exchange)
    {
        var response = new HTTPResponseProperties
        {
            ResponseCode = (uint)exchange.Status,
            ResponseBodyBytes = (ulong)exchange.ResponseBodyBytes,
            ResponseCodeDetails = exchange.Outcome.CodeDetails,
        };
        foreach (KeyValuePair<string, string> field in exchange.ResponseFields.Where(field => field.Key is "content-type" or "grpc-status"))
            response.ResponseHeaders[field.Key] = field.Value;
        foreach (KeyValuePair<string, string> field in exchange.ResponseTrailers.Where(field => field.Key is "grpc-status"))
            response.ResponseTrailers[field.Key] = field.Value;
        return response;
    }

    private static Address? AddressOf(IPEndPoint? endPoint) =>
        endPoint is null ? null : new Address { SocketAddress = new EnvoySocketAddress { Address = endPoint.Address.ToString(), PortValue = (uint)endPoint.Port } };
}
