using System.Globalization;

namespace Loop.Contracts.Exchanges;

/// <summary>What a reader asks of an exchange, derived from its headers. Nothing here is stored.</summary>
public static class ExchangeReading
{
    /// <summary><c>:method</c>; null without a request.</summary>
    public static string? Method(this Exchange exchange) => exchange.Request?.Header(":method");

    /// <summary><c>:path</c> with its query, raw; null without a request.</summary>
    public static string? Path(this Exchange exchange) => exchange.Request?.Header(":path");

    /// <summary><c>:authority</c>, else <c>host</c>.</summary>
    public static string? Authority(this Exchange exchange) => exchange.Request?.Header(":authority") ?? exchange.Request?.Header("host");

    /// <summary>HTTP status 100–599; null when no response began or the log said 0.</summary>
    public static int? Status(this Exchange exchange) =>
        int.TryParse(exchange.Response?.Header(":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status > 0 ? status : null;

    /// <summary>gRPC status from trailers, else from trailers-only headers; null when it is not gRPC or never came.</summary>
    public static int? GrpcStatus(this Exchange exchange) =>
        int.TryParse(exchange.Response?.Trailer("grpc-status") ?? exchange.Response?.Header("grpc-status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : null;

    /// <summary>
    /// True when a proxy sent the request. Envoy's router adds the time that it waits to every request, and, where that is switched on, the number of the try;
    /// a caller without a proxy, and one outside of the mesh, adds neither.
    /// </summary>
    public static bool IsSentByProxy(this Exchange exchange) =>
        exchange.Request is { } request && (request.Header("x-envoy-attempt-count") ?? request.Header("x-envoy-expected-rq-timeout-ms")) is not null;

    /// <summary>True when the response, or its absence, was made by the proxy and not by the service behind it.</summary>
    public static bool IsMadeByProxy(this Exchange exchange) =>
        exchange.ResponseCodeDetails is { } details && !details.StartsWith("via_upstream", StringComparison.Ordinal);
}
