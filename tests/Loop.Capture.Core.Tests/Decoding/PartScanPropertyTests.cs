using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Xunit;

namespace Loop.Capture.Core.Tests.Decoding;

public sealed class PartScanPropertyTests
{
    private static readonly Gen<string> Hex = Gen.Char["0123456789abcdefABCDEF-"].Array[0, 40].Select(chars => new string(chars));
    private static readonly Gen<string> Latin1 = Gen.Char['\0', '\u00ff'].Array[0, 300].Select(chars => new string(chars));
    private static readonly Gen<string> Uuid = Gen.Guid.Select(Gen.Bool, (id, upper) => upper ? id.ToString().ToUpperInvariant() : id.ToString());

    private static readonly Gen<string> TraceParent = Gen.Char["0123456789abcdefABCDEF"].Array[48].Select(
        digits => $"00-{new string(digits, 0, 32)}-{new string(digits, 32, 16)}-01");

    private static readonly Gen<string> Value = Gen.OneOf(Hex, Latin1, Uuid, TraceParent, Gen.Const("0000000000000000"), Uuid.Select(id => $" {id}\t"));

    [Theory]
    [InlineData("traceparent")]
    [InlineData("b3")]
    [InlineData("x-b3-traceid")]
    [InlineData("x-request-id")]
    public void ScanHeaders_AnyValue_HashesTheKeyThatTraceKeyReads(string name) => Value.Sample(value =>
    {
        TraceKey? key = name switch
        {
            "traceparent" => TraceKey.FromTraceParent(value),
            "b3" => TraceKey.FromB3(value),
            "x-b3-traceid" => TraceKey.FromTraceId(value),
            _ => TraceKey.FromRequestId(value),
        };
        ulong[] expected = key is { } found ? [KeyHash.Of(found)] : [];
        var scan = new PartScan();

        scan.ScanHeaders(MessageDirection.Request, Split(Map((name, value)), 7));

        Assert.Equal(expected, scan.KeyHashes.ToArray());
        Assert.Equal(name == "x-request-id" && expected.Length > 0 ? expected[0] : 0, scan.RequestIdHash);
    });

    [Fact]
    public void KeyHash_OfEqualTextsOfTwoKinds_Differs() =>
        Assert.NotEqual(KeyHash.Of(TraceKey.FromTraceId("463ac35c9f6413ad463ac35c9f6413ad")!.Value), KeyHash.Of(TraceKey.FromRequestId("463ac35c9f6413ad463ac35c9f6413ad")!.Value));

    [Fact]
    public void Scan_RandomBytes_NeverThrows() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var scan = new PartScan();
        ScanAll(scan, bytes);
        Assert.InRange(scan.KeyHashes.Length, 0, PartScan.MaxKeys);
    });

    [Fact]
    public void Scan_DamagedMessages_NeverThrowsAndDecodeOnlyInvalidData() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2000], Gen.Byte, Gen.Bool).Sample((which, position, value, cut) =>
        {
            byte[] bytes = Sound(which);
            int at = position % bytes.Length;
            byte[] damaged = cut ? bytes[..at] : [.. bytes[..at], value, .. bytes[(at + 1)..]];

            ScanAll(new PartScan(), damaged);

            foreach (PartKind kind in System.Enum.GetValues<PartKind>())
                DecodeOrInvalidData(kind, damaged);
        });

    [Fact]
    public void Scan_CutMessage_IsMalformed()
    {
        var scan = new PartScan();

        scan.ScanHeaders(MessageDirection.Response, new ReadOnlySequence<byte>(Map((":status", "503"), ("a", "b"))[..^1]));

        Assert.True(scan.IsMalformed);
        Assert.Equal(503, scan.Status);
    }

    [Fact]
    public void Scan_AnyCutOfSegments_IsTheSame() => Gen.Int[1, 50].Sample(size =>
    {
        var whole = new PartScan();
        var cut = new PartScan();
        byte[] entry = Sound(2);

        whole.ScanAccessLog(new ReadOnlySequence<byte>(entry));
        cut.ScanAccessLog(Split(entry, size));

        Assert.Equal(whole.KeyHashes.ToArray(), cut.KeyHashes.ToArray());
        Assert.Equal((504, "UT", "[2001:db8::1]:80"), (cut.Status, string.Join(',', ResponseFlagNames.FromBits(cut.ResponseFlags)), cut.DownstreamRemote));
    });

    [Fact]
    public void Scan_AfterReset_KnowsNothing()
    {
        var scan = new PartScan();
        scan.ScanAccessLog(new ReadOnlySequence<byte>(Sound(2)));
        scan.ScanHeaders(MessageDirection.Request, new ReadOnlySequence<byte>([0xff]));

        scan.Reset();

        Assert.Equal(
            (0, 0, -1, 0UL, false, 0, false, 0UL, null, 0UL),
            (scan.KeyHashes.Length, scan.Status, scan.GrpcStatus, scan.ResponseFlags, scan.IsUpgrade, scan.ListenerDirection, scan.IsMalformed, scan.RequestIdHash, scan.DownstreamRemote,
                scan.DownstreamRemoteHash));
    }

    [Fact]
    public void Scan_HeadersOfOneSegment_DoesNotAllocate()
    {
        var scan = new PartScan();
        var headers = new ReadOnlySequence<byte>(Sound(0));
        var attributes = new ReadOnlySequence<byte>(Sound(1));
        void ScanOnce()
        {
            scan.Reset();
            scan.ScanHeaders(MessageDirection.Request, headers);
            scan.ScanAttributes(MessageDirection.Request, attributes);
        }

        ScanOnce();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
            ScanOnce();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(101, "GET", true)]
    [InlineData(200, "CONNECT", true)]
    [InlineData(503, "CONNECT", false)]
    [InlineData(200, "GET", false)]
    public void IsUpgrade_OfStatusAndMethod_IsTrueForOpaqueStreams(int status, string method, bool expected)
    {
        var scan = new PartScan();
        scan.ScanHeaders(MessageDirection.Request, new ReadOnlySequence<byte>(Map((":method", method))));
        scan.ScanHeaders(MessageDirection.Response, new ReadOnlySequence<byte>(Map((":status", $"{status}"))));
        Assert.Equal(expected, scan.IsUpgrade);
    }

    [Theory]
    [InlineData("10.0.0.1:80", null, "10.0.0.1:80")]
    [InlineData("10.0.0.1", 80, "10.0.0.1:80")]
    [InlineData("10.0.0.1:80", 80, "10.0.0.1:80")]
    [InlineData("2001:db8::1", 80, "[2001:db8::1]:80")]
    [InlineData("[2001:db8::1]:80", 80, "[2001:db8::1]:80")]
    public void DownstreamRemote_OfAddressAndPort_IsOneForm(string address, int? port, string expected)
    {
        var attributes = new Struct();
        attributes.Fields["source.address"] = Google.Protobuf.WellKnownTypes.Value.ForString(address);
        if (port is not null)
            attributes.Fields["source.port"] = Google.Protobuf.WellKnownTypes.Value.ForString($"{port}");
        var scan = new PartScan();

        scan.ScanAttributes(MessageDirection.Request, new ReadOnlySequence<byte>(attributes.ToByteArray()));

        Assert.Equal(expected, scan.DownstreamRemote);
        Assert.NotEqual(0UL, scan.DownstreamRemoteHash);
    }

    private static void ScanAll(PartScan scan, byte[] bytes)
    {
        var sequence = new ReadOnlySequence<byte>(bytes);
        foreach (MessageDirection direction in System.Enum.GetValues<MessageDirection>())
        {
            scan.ScanHeaders(direction, sequence);
            scan.ScanTrailers(direction, sequence);
            scan.ScanAttributes(direction, sequence);
        }

        scan.ScanAccessLog(sequence);
        _ = scan.DownstreamRemote;
    }

    private static void DecodeOrInvalidData(PartKind kind, byte[] payload)
    {
        var facts = new RecordFacts { Id = new ExchangeId("node", 1, 1), Source = ReplayedShard.Source(), FirstArrivalAt = ReplayedShard.At, EndedAt = ReplayedShard.At };
        try
        {
            ExchangeDecoder.Decode(facts, [new RecordedPart(kind, ReplayedShard.At, true, new ReadOnlySequence<byte>(payload))]);
        }
        catch (InvalidDataException)
        {
            // The documented answer to a damaged part.
        }
    }

    private static byte[] Sound(int which) => which switch
    {
        0 => Map((":method", "GET"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("x-request-id", "b5f8c2ba-7a8b-9f0e-8d5c-0123456789ab")),
        1 => Attributes(),
        _ => Entry().ToByteArray(),
    };

    private static byte[] Attributes()
    {
        var attributes = new Struct();
        attributes.Fields["xds.listener_direction"] = Google.Protobuf.WellKnownTypes.Value.ForNumber(1);
        attributes.Fields["request.time"] = Google.Protobuf.WellKnownTypes.Value.ForString("2026-11-23T08:26:50.740984123+00:00");
        attributes.Fields["source.address"] = Google.Protobuf.WellKnownTypes.Value.ForString("10.0.0.1:4000");
        return attributes.ToByteArray();
    }

    private static HTTPAccessLogEntry Entry() => new()
    {
        CommonProperties = new AccessLogCommon
        {
            StartTime = new Timestamp { Seconds = 1795422410 },
            Duration = new Duration { Seconds = 1 },
            DownstreamRemoteAddress = new Address { SocketAddress = new SocketAddress { Address = "2001:db8::1", PortValue = 80 } },
            ResponseFlags = new ResponseFlags { UpstreamRequestTimeout = true },
        },
        Request = new HTTPRequestProperties { Path = "/", RequestId = "b5f8c2ba-7a8b-9f0e-8d5c-0123456789ab", RequestHeaders = { ["b3"] = "463ac35c9f6413ad-a2fb4a1d1a96d312-1" } },
        Response = new HTTPResponseProperties { ResponseCode = 504, ResponseTrailers = { ["grpc-status"] = "4" } },
    };

    private static byte[] Map(params (string Name, string Value)[] headers)
    {
        var map = new HeaderMap();
        foreach ((string name, string value) in headers)
            map.Headers.Add(new HeaderValue { Key = name, RawValue = ByteString.CopyFrom(System.Text.Encoding.Latin1.GetBytes(value)) });
        return map.ToByteArray();
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int size) => Segments.Of(bytes, size);
}
