using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Cli.Proxy.Capture;

/// <summary>Builds the messages that an Envoy's ext_proc filter sends in observability mode.</summary>
internal static class EnvoyMessages
{
    private const string AttributesKey = "envoy.filters.http.ext_proc";

    public static ProcessingRequest RequestHeaders(ProxiedExchange exchange, ProxyDirection direction, bool endOfStream)
    {
        var attributes = new Struct();
        attributes.Fields["request.id"] = Value.ForString(exchange.RequestId);
        // Envoy prints RFC 3339 with microseconds.
        attributes.Fields["request.time"] = Value.ForString(exchange.StartedAt.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture));
        attributes.Fields["request.protocol"] = Value.ForString(exchange.Context.Request.Protocol);
        PutAddress(attributes, "source", exchange.Caller);
        PutAddress(attributes, "destination", exchange.Listener);
        attributes.Fields["connection.mtls"] = Value.ForBool(false);
        // TrafficDirection of config.core.v3: 0 unspecified, 1 inbound, 2 outbound.
        attributes.Fields["xds.listener_direction"] = Value.ForNumber(direction switch { ProxyDirection.Inbound => 1, ProxyDirection.Outbound => 2, _ => 0 });
        if (exchange.Route is { } route)
        {
            attributes.Fields["xds.cluster_name"] = Value.ForString(route.Name);
            attributes.Fields["xds.route_name"] = Value.ForString(route.Name);
        }

        return Message(new ProcessingRequest { RequestHeaders = Headers(exchange.RequestFields, endOfStream) }, attributes);
    }

    public static ProcessingRequest ResponseHeaders(ProxiedExchange exchange, ForwardOutcome outcome, bool endOfStream)
    {
        var attributes = new Struct();
        attributes.Fields["response.code"] = Value.ForNumber(exchange.Status);
        attributes.Fields["response.code_details"] = Value.ForString(outcome.CodeDetails);
        attributes.Fields["response.flags"] = Value.ForNumber((int)outcome.Flag);
        if (exchange.Upstream.Remote is { } remote)
            attributes.Fields["upstream.address"] = Value.ForString(remote.ToString());
        if (exchange.Upstream.Local is { } local)
            attributes.Fields["upstream.local_address"] = Value.ForString(local.ToString());
        attributes.Fields["upstream.request_attempt_count"] = Value.ForNumber(exchange.Route is null ? 0 : 1);
        return Message(new ProcessingRequest { ResponseHeaders = Headers(exchange.ResponseFields, endOfStream) }, attributes);
    }

    public static ProcessingRequest RequestBody(ReadOnlySpan<byte> chunk, bool endOfStream) =>
        Message(new ProcessingRequest { RequestBody = new HttpBody { Body = ByteString.CopyFrom(chunk), EndOfStream = endOfStream } }, attributes: null);

    public static ProcessingRequest ResponseBody(ReadOnlySpan<byte> chunk, bool endOfStream) =>
        Message(new ProcessingRequest { ResponseBody = new HttpBody { Body = ByteString.CopyFrom(chunk), EndOfStream = endOfStream } }, attributes: null);

    public static ProcessingRequest ResponseTrailers(ProxiedExchange exchange) =>
        Message(new ProcessingRequest { ResponseTrailers = new HttpTrailers { Trailers = Map(exchange.ResponseTrailers) } }, attributes: null);

    private static ProcessingRequest Message(ProcessingRequest message, Struct? attributes)
    {
        message.ObservabilityMode = true;
        message.MetadataContext = new Metadata();
        if (attributes is not null)
            message.Attributes[AttributesKey] = attributes;
        return message;
    }

    private static void PutAddress(Struct attributes, string side, IPEndPoint? address)
    {
        if (address is null)
            return;
        attributes.Fields[$"{side}.address"] = Value.ForString(address.ToString());
        attributes.Fields[$"{side}.port"] = Value.ForNumber(address.Port);
    }

    private static HttpHeaders Headers(IReadOnlyList<KeyValuePair<string, string>> fields, bool endOfStream) => new() { Headers = Map(fields), EndOfStream = endOfStream };

    private static HeaderMap Map(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var map = new HeaderMap();
        map.Headers.AddRange(fields.Select(field => new HeaderValue { Key = field.Key, RawValue = ByteString.CopyFrom(Encoding.Latin1.GetBytes(field.Value)) }));
        return map;
    }
}
