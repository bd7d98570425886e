using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Integration.Tests.Harness.Mesh;

/// <summary>The messages that an Envoy's ext_proc filter sends in observability mode.</summary>
internal static class FakeMessages
{
    public static ProcessingRequest RequestHeaders(string path, string authority, string traceId, string requestId, DateTimeOffset startedAt, int sourcePort)
    {
        Struct attributes = Attributes(
            ("request.id", Value.ForString(requestId)),
            ("request.time", Value.ForString(startedAt.ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture))),
            ("request.protocol", Value.ForString("HTTP/1.1")),
            ("source.address", Value.ForString($"127.0.0.1:{sourcePort}")));
        HeaderMap headers = Headers(
            (":method", "POST"),
            (":path", path),
            (":authority", authority),
            (":scheme", "http"),
            ("content-type", "application/json"),
            ("authorization", "Bearer secret-of-a-user"),
            ("x-request-id", requestId),
            ("traceparent", $"00-{traceId}-b7ad6b7169203331-01"));
        return With(new ProcessingRequest { RequestHeaders = new HttpHeaders { Headers = headers } }, attributes);
    }

    public static ProcessingRequest ResponseHeaders(int status, int upstreamLocalPort)
    {
        Struct attributes = Attributes(
            ("response.code", Value.ForNumber(status)),
            ("response.code_details", Value.ForString("via_upstream")),
            ("response.flags", Value.ForNumber(0)),
            ("upstream.local_address", Value.ForString($"127.0.0.1:{upstreamLocalPort}")));
        HeaderMap headers = Headers((":status", status.ToString(CultureInfo.InvariantCulture)), ("content-type", "application/json"));
        return With(new ProcessingRequest { ResponseHeaders = new HttpHeaders { Headers = headers } }, attributes);
    }

    public static ProcessingRequest RequestBody(byte[] body) => With(new ProcessingRequest { RequestBody = new HttpBody { Body = ByteString.CopyFrom(body), EndOfStream = true } }, null);

    public static ProcessingRequest ResponseBody(byte[] body) => With(new ProcessingRequest { ResponseBody = new HttpBody { Body = ByteString.CopyFrom(body), EndOfStream = true } }, null);

    private static ProcessingRequest With(ProcessingRequest message, Struct? attributes)
    {
        message.ObservabilityMode = true;
        if (attributes is not null)
            message.Attributes["envoy.filters.http.ext_proc"] = attributes;
        return message;
    }

    private static Struct Attributes(params (string Name, Value Value)[] values)
    {
        var attributes = new Struct();
        foreach ((string name, Value value) in values)
            attributes.Fields[name] = value;
        return attributes;
    }

    private static HeaderMap Headers(params (string Name, string Value)[] fields)
    {
        var map = new HeaderMap();
        map.Headers.AddRange(fields.Select(field => new HeaderValue { Key = field.Name, RawValue = ByteString.CopyFrom(Encoding.Latin1.GetBytes(field.Value)) }));
        return map;
    }
}
