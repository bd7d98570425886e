using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.LoadLab.Wire;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Loop.Protocols.Envoy.Service.Tap.V3;

namespace Loop.LoadLab.Ingest;

/// <summary>The exchange that is sent again and again: a GET with the headers that an Envoy adds, answered with a body of the asked size.</summary>
internal static class IngestLoads
{
    public const string ExtProcPath = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
    public const string TapsPath = "/envoy.service.tap.v3.TapSinkService/StreamTaps";

    // What Envoy hands on of a large body at a time is what it read from the upstream's socket.
    private const int ChunkBytes = 64 * 1024;

    // A tap sink's stream lives long; it ends here only so that the server's answer tells that it has read everything.
    private const int BytesPerTapStream = 4 * 1024 * 1024;
    private const int TapsPerStreamMaximum = 500;

    private static readonly (string Name, string Value)[] Metadata = [("x-loop-service", "orders"), ("x-loop-direction", "inbound")];

    private static readonly (string Name, string Value)[] RequestHeaders =
    [
        (":authority", "orders.shop.svc:8080"), (":path", "/orders/4711?expand=lines"), (":method", "GET"), (":scheme", "http"), ("user-agent", "shop-web/1.4 (+dotnet)"),
        ("accept", "application/json"), ("accept-encoding", "gzip, br"), ("x-forwarded-for", "192.0.2.2"), ("x-forwarded-proto", "http"),
        ("traceparent", $"00-{CallTemplate.TraceMarker}-00f067aa0ba902b7-01"), ("x-request-id", CallTemplate.TraceMarker), ("x-envoy-expected-rq-timeout-ms", "15000"),
    ];

    private static readonly (string Name, string Value)[] ResponseHeaders =
    [
        (":status", "200"), ("content-type", "application/json"), ("date", "Mon, 23 Nov 2026 08:27:27 GMT"), ("server", "Kestrel"), ("cache-control", "no-store"), ("x-envoy-upstream-service-time", "3"),
    ];

    /// <summary>The load of that name.</summary>
    public static CallTemplate Of(string input, int bodyBytes) => input switch
    {
        "ext_proc" => new CallTemplate(ExtProcPath, Metadata, [.. ExtProc(bodyBytes).Select(message => message.ToByteArray())], exchangesPerCall: 1),
        "taps" => new CallTemplate(TapsPath, Metadata, [Tap(bodyBytes).ToByteArray()], Math.Clamp(BytesPerTapStream / bodyBytes, 1, TapsPerStreamMaximum)),
        _ => throw new ArgumentException($"'{input}' is no load; known are ext_proc and taps.", nameof(input)),
    };

    private static IEnumerable<ProcessingRequest> ExtProc(int bodyBytes)
    {
        yield return WithAttributes(new ProcessingRequest { RequestHeaders = new HttpHeaders { Headers = Map(RequestHeaders), EndOfStream = true } },
        [
            ("request.id", CallTemplate.TraceMarker), ("request.time", "2026-11-23T08:27:27.549055Z"), ("request.protocol", "HTTP/1.1"),
            ("source.address", "192.0.2.2:53412"), ("source.port", 53412), ("destination.address", "192.0.2.9:8080"),
            ("destination.port", 8080), ("connection.id", 17), ("xds.listener_direction", 1),
            ("xds.cluster_name", "inbound-orders"), ("xds.route_name", "orders"),
        ]);
        yield return WithAttributes(new ProcessingRequest { ResponseHeaders = new HttpHeaders { Headers = Map(ResponseHeaders) } },
        [
            ("response.code", 200), ("response.code_details", "via_upstream"), ("response.flags", 0),
            ("upstream.address", "127.0.0.1:8081"), ("upstream.port", 8081), ("upstream.local_address", "127.0.0.1:41000"),
            ("upstream.request_attempt_count", 1),
        ]);
        foreach (byte[] chunk in Body(bodyBytes).Chunk(ChunkBytes))
            yield return new ProcessingRequest { ResponseBody = new HttpBody { Body = ByteString.CopyFrom(chunk) }, ObservabilityMode = true };
        yield return new ProcessingRequest { ResponseBody = new HttpBody { EndOfStream = true }, ObservabilityMode = true };
    }

    private static StreamTapsRequest Tap(int bodyBytes)
    {
        var at = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 23, 8, 27, 27, TimeSpan.Zero));
        var trace = new HttpBufferedTrace
        {
            Request = new HttpBufferedTrace.Types.Message { HeadersReceivedTime = at },
            Response = new HttpBufferedTrace.Types.Message { HeadersReceivedTime = at, Body = new Body { AsBytes = ByteString.CopyFrom(Body(bodyBytes)) } },
            DownstreamConnection = new Connection { LocalAddress = Socket("192.0.2.9", 8080), RemoteAddress = Socket("192.0.2.2", 53412) },
            UpstreamConnection = new Connection { LocalAddress = Socket("127.0.0.1", 41000), RemoteAddress = Socket("127.0.0.1", 8081) },
        };
        trace.Request.Headers.AddRange(RequestHeaders.Select(header => new HeaderValue { Key = header.Name, Value = header.Value }));
        trace.Response.Headers.AddRange(ResponseHeaders.Select(header => new HeaderValue { Key = header.Name, Value = header.Value }));
        return new StreamTapsRequest { TraceId = 1, Trace = new TraceWrapper { HttpBufferedTrace = trace } };
    }

    private static ProcessingRequest WithAttributes(ProcessingRequest message, IEnumerable<(string Name, object Value)> attributes)
    {
        var fields = new Struct();
        foreach ((string name, object value) in attributes)
            fields.Fields.Add(name, value is int number ? Value.ForNumber(number) : Value.ForString((string)value));
        message.Attributes.Add("envoy.filters.http.ext_proc", fields);
        message.ObservabilityMode = true;
        return message;
    }

    private static HeaderMap Map((string Name, string Value)[] headers)
    {
        var map = new HeaderMap();
        map.Headers.AddRange(headers.Select(header => new HeaderValue { Key = header.Name, RawValue = ByteString.CopyFromUtf8(header.Value) }));
        return map;
    }

    private static Address Socket(string address, uint port) => new() { SocketAddress = new SocketAddress { Address = address, PortValue = port } };

    private static byte[] Body(int bytes)
    {
        byte[] body = new byte[bytes];
        for (int i = 0; i < bytes; i++)
            body[i] = (byte)("{\"line\":1234,\"product\":\"tea\"}"[i % 29]);
        return body;
    }
}
