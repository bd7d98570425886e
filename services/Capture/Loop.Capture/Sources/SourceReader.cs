using System.Net;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Sources;

/// <summary>Who stands behind a side stream, from its metadata (<c>initial_metadata</c> of Envoy's <c>grpc_service</c>).</summary>
internal sealed class SourceReader(CaptureNodeIdentity identity)
{
    /// <summary>Names the copy of the service.</summary>
    public const string InstanceHeader = "x-loop-instance";

    /// <summary>The source of a stream.</summary>
    /// <param name="context">Its request.</param>
    /// <param name="input">Which input.</param>
    public ExchangeSource Read(HttpContext context, CaptureInput input)
    {
        IHeaderDictionary headers = context.Request.Headers;
        string? service = Value(headers, "x-loop-service");
        return new ExchangeSource(
            input,
            ViewOf(headers),
            service,
            Value(headers, "x-loop-namespace"),
            Value(headers, InstanceHeader) ?? Instance(context.Connection.RemoteIpAddress, service),
            Value(headers, "traceparent"));
    }

    /// <summary>
    /// The name of a source that gives none: node, peer address, and the service where it is known. The port is left out, since one Envoy holds a connection
    /// per worker; the service is in, since on one machine many Envoys share an address.
    /// </summary>
    public string Instance(IPAddress? peer, string? service)
    {
        string address = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4().ToString() : peer?.ToString() ?? "local";
        return service is null ? $"{identity.Name}/{address}" : $"{identity.Name}/{address}/{service}";
    }

    private static ExchangeView ViewOf(IHeaderDictionary headers) =>
        Value(headers, "x-loop-position") is "attempt" ? ExchangeView.Attempt : DirectionName.ToView(Value(headers, "x-loop-direction"));

    private static string? Value(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } value ? value : null;
}
