using CsCheck;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Message = Loop.Protocols.Envoy.Data.Tap.V3.HttpBufferedTrace.Types.Message;

namespace Loop.Capture.Core.Tests.Tap;

/// <summary>Arbitrary taps, as generated messages.</summary>
internal static class TapMessages
{
    private static readonly Gen<string> Text = Gen.OneOf(Gen.Char['!', '~'].Array[0, 20].Select(chars => new string(chars)), Gen.Const("säße 茶"), Gen.Const(""));
    private static readonly Gen<ByteString> Bytes = Gen.Byte.Array[0, 300].Select(ByteString.CopyFrom);

    private static readonly Gen<string> Name = OneOf(
        ":method", ":status", ":path", "content-type", "content-length", "grpc-status", "transfer-encoding", "traceparent", "x-request-id", "x-other");

    private static readonly Gen<string> Meaning = OneOf("POST", "GET", "HEAD", "CONNECT", "200", "204", "503", "application/grpc", "3", "chunked");

    public static readonly Gen<HeaderValue> Header = Gen.Select(Name, Gen.OneOf(Text, Meaning), Bytes, Gen.Bool).Select((name, text, raw, isRaw) =>
        isRaw ? new HeaderValue { Key = name, RawValue = raw } : new HeaderValue { Key = name, Value = text });

    public static readonly Gen<Body> Body = Gen.Select(Gen.Int[0, 3], Bytes, Text, Gen.Bool).Select((kind, bytes, text, truncated) => kind switch
    {
        0 => new Body { AsString = text, Truncated = truncated },
        1 => new Body { Truncated = truncated },
        _ => new Body { AsBytes = bytes, Truncated = truncated },
    });

    private static readonly Gen<Timestamp> Time = Gen.Select(Gen.Long[0, 4_000_000_000], Gen.Int[0, 999_999_999]).Select((seconds, nanos) => new Timestamp { Seconds = seconds, Nanos = nanos });

    private static readonly Gen<Address> Address = Gen.Select(Gen.Int[0, 3], Gen.UInt[0, 65535]).Select((kind, port) => kind switch
    {
        0 => new Address { Pipe = new Pipe { Path = $"/run/{port}" } },
        1 => new Address(),
        _ => new Address { SocketAddress = new SocketAddress { Address = $"10.0.{port % 256}.1", PortValue = port } },
    });

    private static readonly Gen<Connection> Connection = Gen.Select(Gen.Bool, Gen.Bool, Address, Address).Select((hasLocal, hasRemote, local, remote) =>
        new Connection { LocalAddress = hasLocal ? local : null, RemoteAddress = hasRemote ? remote : null });

    private static readonly Gen<Message> OneMessage = Gen.Select(Header.List[0, 6], Gen.Bool, Body, Header.List[0, 3], Gen.Bool, Time).Select((headers, hasBody, body, trailers, hasTime, time) =>
    {
        var message = new Message { Body = hasBody ? body : null, HeadersReceivedTime = hasTime ? time : null };
        message.Headers.AddRange(headers);
        message.Trailers.AddRange(trailers);
        return message;
    });

    public static readonly Gen<TraceWrapper> Buffered = Gen.Select(OneMessage, OneMessage, Connection, Connection, Gen.Int[0, 15]).Select((request, response, downstream, upstream, present) =>
        new TraceWrapper
        {
            HttpBufferedTrace = new HttpBufferedTrace
            {
                Request = (present & 1) != 0 ? request : null,
                Response = (present & 2) != 0 ? response : null,
                DownstreamConnection = (present & 4) != 0 ? downstream : null,
                UpstreamConnection = (present & 8) != 0 ? upstream : null,
            },
        });

    /// <summary>Segments of a few exchanges in any order, none of which announces its end: only response trailers tell it.</summary>
    public static readonly Gen<List<TraceWrapper>> Segments =
        Gen.Select(OneOf(1UL, 2UL, ulong.MaxValue), Gen.Int[1, 7], Gen.Select(OneOf(":path", "x-request-id", "x-other"), Text).Select((name, text) => new HeaderValue { Key = name, Value = text }).List[0, 4], Body)
            .Select((id, piece, headers, body) => Segment(id, piece, headers, body)).List[0, 30];

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static TraceWrapper Segment(ulong id, int piece, List<HeaderValue> headers, Body body)
    {
        var map = new HeaderMap();
        map.Headers.AddRange(headers);
        var segment = new HttpStreamedTraceSegment { TraceId = id };
        switch (piece)
        {
            case 2:
                segment.RequestHeaders = map;
                break;
            case 3:
                segment.RequestBodyChunk = body;
                break;
            case 4:
                segment.RequestTrailers = map;
                break;
            case 5:
                segment.ResponseHeaders = map;
                break;
            case 6:
                segment.ResponseBodyChunk = body;
                break;
            case 7:
                segment.ResponseTrailers = map;
                break;
        }

        return new TraceWrapper { HttpStreamedTraceSegment = segment };
    }
}
