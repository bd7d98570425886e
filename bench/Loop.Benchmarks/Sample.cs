using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using TappedBody = Loop.Protocols.Envoy.Data.Tap.V3.Body;

namespace Loop.Benchmarks;

/// <summary>Exchanges as an Envoy with the generated configuration shows them.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset At = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static string TraceId(int number) => (number + 1).ToString("x32", CultureInfo.InvariantCulture);

    public static ReadOnlySequence<byte> RequestHeaders(int trace, string method) => Map(
        (":authority", "orders.shop.svc:8080"), (":path", "/orders/4711?expand=lines"), (":method", method), (":scheme", "http"), ("user-agent", "shop-web/1.4 (+dotnet)"),
        ("accept", "application/json"), ("accept-encoding", "gzip, br"), ("x-forwarded-for", "192.0.2.2"), ("x-forwarded-proto", "http"),
        ("traceparent", $"00-{TraceId(trace)}-00f067aa0ba902b7-01"), ("x-request-id", $"ae15b999-a014-4e0e-b57b-{trace:x12}"), ("x-envoy-expected-rq-timeout-ms", "15000"));

    /// <summary>The same of a request that comes from outside of the mesh, with a cookie.</summary>
    public static ReadOnlySequence<byte> EntryHeaders(int trace, string cookie) => Map(
        (":authority", "orders.shop.svc:8080"), (":path", "/orders/4711?expand=lines"), (":method", "GET"), (":scheme", "http"), ("user-agent", "shop-web/1.4 (+dotnet)"),
        ("accept", "application/json"), ("accept-encoding", "gzip, br"), ("x-forwarded-for", "192.0.2.2"), ("x-forwarded-proto", "http"), ("cookie", cookie),
        ("traceparent", $"00-{TraceId(trace)}-00f067aa0ba902b7-01"), ("x-request-id", $"ae15b999-a014-4e0e-b57b-{trace:x12}"));

    public static ReadOnlySequence<byte> ResponseHeaders(int status) => Map(
        (":status", status.ToString(CultureInfo.InvariantCulture)), ("content-type", "application/json"), ("date", "Mon, 23 Nov 2026 08:27:27 GMT"), ("server", "Kestrel"),
        ("cache-control", "no-store"), ("x-envoy-upstream-service-time", "3"));

    public static ReadOnlySequence<byte> RequestAttributes(int trace) => Attributes(
        ("request.id", $"ae15b999-a014-4e0e-b57b-{trace:x12}"), ("request.time", "2026-11-23T08:27:27.549055Z"), ("request.protocol", "HTTP/1.1"), ("source.address", "192.0.2.2:53412"),
        ("source.port", 53412), ("destination.address", "192.0.2.9:8080"), ("destination.port", 8080), ("connection.id", 17), ("xds.listener_direction", 1));

    public static ReadOnlySequence<byte> ResponseAttributes { get; } = Attributes(
        ("response.code", 200), ("response.code_details", "via_upstream"), ("response.flags", 0), ("upstream.address", "127.0.0.1:8081"), ("upstream.local_address", "127.0.0.1:41000"));

    /// <summary>A serialised <c>TraceWrapper</c>.</summary>
    public static ReadOnlySequence<byte> BufferedTap(int trace, int bodyBytes)
    {
        var at = Timestamp.FromDateTimeOffset(At);
        var tapped = new HttpBufferedTrace
        {
            Request = new HttpBufferedTrace.Types.Message { HeadersReceivedTime = at },
            Response = new HttpBufferedTrace.Types.Message { HeadersReceivedTime = at, Body = new TappedBody { AsBytes = ByteString.CopyFrom(Body(bodyBytes, trace)) } },
            DownstreamConnection = new Connection { LocalAddress = Socket("192.0.2.9", 8080), RemoteAddress = Socket("192.0.2.2", 53412) },
            UpstreamConnection = new Connection { LocalAddress = Socket("127.0.0.1", 41000), RemoteAddress = Socket("127.0.0.1", 8081) },
        };
        tapped.Request.Headers.AddRange(TextHeaders(RequestHeaders(trace, "GET")));
        tapped.Response.Headers.AddRange(TextHeaders(ResponseHeaders(200)));
        return new ReadOnlySequence<byte>(new TraceWrapper { HttpBufferedTrace = tapped }.ToByteArray());
    }

    public static byte[] Body(int bytes, int seed)
    {
        string line = $"{{\"line\":{seed},\"product\":\"tea\",\"price\":\"12.50\"}},";
        return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, (bytes / line.Length) + 1)))[..bytes];
    }

    /// <summary>
    /// A conversation as the store gets it: a root whose service calls the next ones in a row, each hop seen by its client's and its server's proxy, and each
    /// view with its access-log entry.
    /// </summary>
    public static IReadOnlyList<CapturedExchange> Conversation(int hops, int bodyBytes)
    {
        List<CapturedExchange> exchanges = [];
        for (int hop = 0; hop < hops; hop++)
        {
            byte[] body = Body(bodyBytes, hop);
            string caller = Span(hop * 2);
            string between = Span((hop * 2) + 1);
            if (hop > 0)
                exchanges.AddRange(View(exchanges.Count, ExchangeView.Client, $"service-{hop - 1}", hop, caller, between, body));
            exchanges.AddRange(View(exchanges.Count, ExchangeView.Server, $"service-{hop}", hop, between, Span((hop * 2) + 2), body));
        }

        return exchanges;
    }

    private static CapturedExchange[] View(int sequence, ExchangeView view, string service, int hop, string incoming, string outgoing, byte[] body)
    {
        var exchange = new Exchange
        {
            Id = new ExchangeId("node", 1, sequence + 1),
            Input = CaptureInput.ExternalProcessor,
            View = view,
            Service = service,
            Instance = $"{service}-1",
            StartedAt = At.AddMilliseconds(hop * 2),
            Duration = TimeSpan.FromMilliseconds(200 - (hop * 4)),
            Protocol = "HTTP/1.1",
            Request = new HttpMessagePart { Headers = [new(":method", "GET"), new(":path", $"/step/{hop}"), new(":authority", service), new("accept", "application/json")], Body = BodyInfo.Empty, HeadersAt = At },
            Response = new HttpMessagePart
            {
                Headers = [new(":status", "500"), new("content-type", "application/json")],
                Body = new BodyInfo { SizeBytes = body.Length, KeptBytes = body.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(body)) },
                HeadersAt = At,
            },
            End = ExchangeEnd.Complete,
            ResponseCodeDetails = "via_upstream",
            Endpoints = new ExchangeEndpoints("192.0.2.2:53412", "192.0.2.9:8080", "127.0.0.1:41000", "127.0.0.1:8081"),
            IncomingSpanId = incoming,
            Keys = [TraceKey.FromTraceId(TraceId(1))!.Value, TraceKey.FromRequestId($"request-{hop}-{view}")!.Value],
        };
        Exchange log = exchange with
        {
            Id = new ExchangeId("node", 1, sequence + 2),
            Input = CaptureInput.AccessLog,
            IncomingSpanId = null,
            OutgoingSpanId = outgoing,
            Response = exchange.Response with { Body = BodyInfo.Empty },
        };
        return [new CapturedExchange(exchange, default, body), new CapturedExchange(log, default, default)];
    }

    private static string Span(int number) => (number + 1).ToString("x16", CultureInfo.InvariantCulture);

    private static ReadOnlySequence<byte> Map(params (string Name, string Value)[] headers)
    {
        var map = new HeaderMap();
        map.Headers.AddRange(headers.Select(header => new HeaderValue { Key = header.Name, RawValue = ByteString.CopyFromUtf8(header.Value) }));
        return new ReadOnlySequence<byte>(map.ToByteArray());
    }

    // The tap filter fills value, ext_proc raw_value.
    private static IEnumerable<HeaderValue> TextHeaders(in ReadOnlySequence<byte> map) =>
        HeaderMap.Parser.ParseFrom(map).Headers.Select(header => new HeaderValue { Key = header.Key, Value = header.RawValue.ToStringUtf8() });

    private static Address Socket(string address, uint port) => new() { SocketAddress = new SocketAddress { Address = address, PortValue = port } };

    private static ReadOnlySequence<byte> Attributes(params (string Name, object Value)[] attributes)
    {
        var fields = new Struct();
        foreach ((string name, object value) in attributes)
            fields.Fields.Add(name, value is int number ? Value.ForNumber(number) : Value.ForString((string)value));
        return new ReadOnlySequence<byte>(fields.ToByteArray());
    }
}
