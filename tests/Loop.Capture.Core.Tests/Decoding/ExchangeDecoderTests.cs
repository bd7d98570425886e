using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Xunit;
using ResponseFlags = Loop.Protocols.Envoy.Data.Accesslog.V3.ResponseFlags;

namespace Loop.Capture.Core.Tests.Decoding;

public sealed class ExchangeDecoderTests
{
    private static readonly RecordFacts Facts = new()
    {
        Id = new ExchangeId("node", 1, 1),
        Source = ReplayedShard.Source(),
        FirstArrivalAt = ReplayedShard.At,
        EndedAt = ReplayedShard.At,
        End = ExchangeEnd.Complete,
    };

    [Fact]
    public void Decode_AttributesAsText_AreReadAsThoseOfEnvoy131()
    {
        Exchange head = Decode(
            Facts,
            Attributes(PartKind.RequestAttributes, ("xds.listener_direction", "2"), ("request.time", "2026-11-23T08:29:59.123456789Z"), ("source.address", "10.0.0.1"), ("source.port", "4000")),
            Attributes(PartKind.ResponseAttributes, ("response.flags", "68"), ("upstream.request_attempt_count", "3"), ("upstream.address", "10.0.0.9:80")));

        Assert.Equal(ExchangeView.Client, head.View);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 8, 29, 59, TimeSpan.Zero).AddTicks(1234567), head.StartedAt);
        Assert.Equal(["UT", "UC"], head.ResponseFlags);
        Assert.Equal(3, head.AttemptCount);
        Assert.Equal(("10.0.0.1:4000", "10.0.0.9:80"), (head.Endpoints.DownstreamRemote, head.Endpoints.UpstreamRemote));
        Assert.Null(head.Request);
    }

    [Theory]
    [InlineData("not a time")]
    [InlineData("2026-13-45T99:99:99Z")]
    [InlineData("2026-11-23T08:29:59.")]
    public void Decode_MalformedRequestTime_StartsAtArrival(string time) =>
        Assert.Equal(ReplayedShard.At, Decode(Facts, Attributes(PartKind.RequestAttributes, ("request.time", time))).StartedAt);

    [Fact]
    public void Decode_ProxyClockAhead_HasNoNegativeDuration() =>
        Assert.Equal(TimeSpan.Zero, Decode(Facts, Attributes(PartKind.RequestAttributes, ("request.time", "2026-11-23T08:31:00Z"))).Duration);

    [Theory]
    [InlineData(ExchangeView.Client, "1", ExchangeView.Client)]
    [InlineData(ExchangeView.Edge, "2", ExchangeView.Edge)]
    [InlineData(ExchangeView.Unknown, "1", ExchangeView.Server)]
    [InlineData(ExchangeView.Unknown, "7", ExchangeView.Unknown)]
    public void Decode_View_IsTheDeclaredOneElseTheListeners(ExchangeView declared, string direction, ExchangeView expected) =>
        Assert.Equal(expected, Decode(Facts with { Source = Facts.Source with { View = declared } }, Attributes(PartKind.RequestAttributes, ("xds.listener_direction", direction))).View);

    [Theory]
    [InlineData("x-b3-spanid", "A2FB4A1D1A96D312", "a2fb4a1d1a96d312")]
    [InlineData("b3", "463ac35c9f6413ad463ac35c9f6413ad-a2fb4a1d1a96d312-1", "a2fb4a1d1a96d312")]
    [InlineData("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "b7ad6b7169203331")]
    [InlineData("traceparent", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", null)]
    [InlineData("b3", "0", null)]
    public void Decode_TraceContext_HasTheIncomingSpan(string name, string value, string? expected) =>
        Assert.Equal(expected, Decode(Facts, Headers(PartKind.RequestHeaders, (name, value))).IncomingSpanId);

    [Fact]
    public void Decode_SideStreamTraceParent_GivesItsKeyAndNotItsSpan()
    {
        RecordFacts facts = Facts with { Source = ReplayedShard.Source(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") };

        Exchange head = Decode(facts, Headers(PartKind.RequestHeaders, (":path", "/")));

        Assert.Equal(["trace:0af7651916cd43dd8448eb211c80319c"], head.Keys.Select(key => key.ToString()));
        Assert.Null(head.IncomingSpanId);
    }

    [Fact]
    public void Decode_ServerView_TakesTheAttemptFromTheCaller()
    {
        RecordedPart headers = Headers(PartKind.RequestHeaders, ("x-envoy-attempt-count", "2"));
        RecordedPart attributes = Attributes(PartKind.ResponseAttributes, ("upstream.request_attempt_count", "1"));

        Assert.Equal(2, Decode(Facts with { Source = Facts.Source with { View = ExchangeView.Server } }, headers, attributes).AttemptCount);
        Assert.Equal(1, Decode(Facts with { Source = Facts.Source with { View = ExchangeView.Client } }, headers, attributes).AttemptCount);
    }

    [Fact]
    public void Decode_BodyLargerThanKept_IsTruncatedAndHashedAsKept()
    {
        CapturedExchange captured = ExchangeDecoder.Decode(
            Facts with { RequestBodySize = 100 },
            [Headers(PartKind.RequestHeaders, (":path", "/")), Body("ab"), Body(""), Body("c")]);

        Assert.Equal("abc", Encoding.ASCII.GetString(captured.RequestBody.Span));
        Assert.Equal(
            new BodyInfo { SizeBytes = 100, KeptBytes = 3, Truncated = true, Sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
            captured.Head.Request!.Body);
    }

    [Fact]
    public void Decode_PartThatIsNoHeaderMap_IsInvalidData() =>
        Assert.Throws<InvalidDataException>(() => Decode(Facts, new RecordedPart(PartKind.RequestHeaders, ReplayedShard.At, false, new ReadOnlySequence<byte>([0x0a, 0x7f]))));

    [Fact]
    public void Flags_OfEveryFieldOfTheMessage_HaveTheirName()
    {
        Assert.Equal(["LH"], Names(new ResponseFlags { FailedLocalHealthcheck = true }));
        Assert.Equal(["DC", "UPE"], Names(new ResponseFlags { UpstreamProtocolError = true, DownstreamConnectionTermination = true }));
        Assert.Equal(["DF", "DR"], Names(new ResponseFlags { DownstreamRemoteReset = true, DnsResolutionFailure = true }));
        Assert.Equal(["bit40"], ResponseFlagNames.FromBits(1UL << 40));
    }

    private static IReadOnlyList<string> Names(ResponseFlags flags) => ResponseFlagNames.FromBits(ResponseFlagNames.ToBits(flags));

    private static Exchange Decode(RecordFacts facts, params RecordedPart[] parts) => ExchangeDecoder.Decode(facts, parts).Head;

    private static RecordedPart Body(string text) => new(PartKind.RequestBody, ReplayedShard.At, false, new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text)));

    private static RecordedPart Headers(PartKind kind, params (string Name, string Value)[] headers)
    {
        var map = new HeaderMap();
        foreach ((string name, string value) in headers)
            map.Headers.Add(new HeaderValue { Key = name, Value = value });
        return new RecordedPart(kind, ReplayedShard.At, false, new ReadOnlySequence<byte>(map.ToByteArray()));
    }

    private static RecordedPart Attributes(PartKind kind, params (string Name, string Value)[] attributes)
    {
        var fields = new Struct();
        foreach ((string name, string value) in attributes)
            fields.Fields[name] = Value.ForString(value);
        return new RecordedPart(kind, ReplayedShard.At, false, new ReadOnlySequence<byte>(fields.ToByteArray()));
    }
}
