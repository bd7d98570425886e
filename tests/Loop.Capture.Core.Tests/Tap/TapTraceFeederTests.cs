using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Core.Tests.Decoding;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Xunit;

namespace Loop.Capture.Core.Tests.Tap;

public sealed class TapTraceFeederTests : IDisposable
{
    private static readonly DateTimeOffset At = ReplayedShard.At;
    private readonly ReplayedShard _shard = new();

    [Fact]
    public void Feed_InterleavedSegments_AreJoinedByTraceId()
    {
        using TapTraceFeeder feeder = Feeder();
        feeder.Feed(Request(1, "/a"), At);
        feeder.Feed(Request(2, "/b"), At);
        feeder.Feed(Response(2, "500", 2), At);
        feeder.Feed(Response(1, "200", 1), At);
        feeder.Feed(Chunk(1, "x"), At);
        feeder.Feed(Chunk(2, "yz"), At);

        Assert.Equal(0, feeder.OpenCount);
        Assert.Equal(
            [("/a", 200, 1L, ExchangeEnd.Complete), ("/b", 500, 2L, ExchangeEnd.Complete)],
            _shard.Exchanges.Select(exchange => exchange.Decode().Head).Select(head => (head.Path()!, head.Status()!.Value, head.Response!.Body.SizeBytes, head.End)));
    }

    [Fact]
    public void Feed_LateChunkOfAFinishedExchange_BeginsNoOther()
    {
        using TapTraceFeeder feeder = Feeder();
        feeder.Feed(Request(1, "/a"), At);
        feeder.Feed(Response(1, "204", null), At);

        Assert.Equal(TapFeedResult.Fed, feeder.Feed(Segment(1, segment => segment.RequestBodyChunk = new Body { AsBytes = ByteString.CopyFromUtf8("late") }), At));

        Assert.Single(_shard.Exchanges);
    }

    [Fact]
    public void Feed_SegmentWithoutPiece_BeginsAnExchangeWithoutRequest()
    {
        using TapTraceFeeder feeder = Feeder();
        feeder.Feed(Segment(1, _ => { }), At);
        feeder.Feed(Response(1, "400", 3), At);
        feeder.Feed(Chunk(1, "bad"), At);

        Exchange head = Assert.Single(_shard.Exchanges).Decode().Head;
        Assert.Null(head.Request);
        Assert.Equal((400, ExchangeEnd.Complete), (head.Status(), head.End));
    }

    [Fact]
    public void CloseQuietSince_StreamWithoutAnnouncedLength_IsComplete()
    {
        using TapTraceFeeder feeder = Feeder();
        feeder.Feed(Request(1, "/sse"), At);
        feeder.Feed(Response(1, "200", null), At);
        feeder.Feed(Chunk(1, "data"), At.AddSeconds(1));

        feeder.CloseQuietSince(At, At.AddSeconds(2));
        Assert.Equal(1, feeder.OpenCount);
        feeder.CloseQuietSince(At.AddSeconds(1), At.AddSeconds(2));

        Assert.Equal(0, feeder.OpenCount);
        Assert.Equal(ExchangeEnd.Complete, Assert.Single(_shard.Exchanges).Decode().Head.End);
    }

    [Fact]
    public void CloseQuietSince_AnswerShorterThanAnnounced_IsBrokenOff()
    {
        using TapTraceFeeder feeder = Feeder();
        feeder.Feed(Request(1, "/a"), At);
        feeder.Feed(Response(1, "200", 10), At);
        feeder.Feed(Chunk(1, "half"), At);

        feeder.CloseQuietSince(At, At);

        Assert.Equal(ExchangeEnd.BrokenOff, Assert.Single(_shard.Exchanges).Decode().Head.End);
    }

    [Fact]
    public void CloseAll_OnOurOwnEnd_ClaimsNoEnd()
    {
        using TapTraceFeeder feeder = Feeder();
        feeder.Feed(Request(1, "/a"), At);
        feeder.Feed(Response(1, "200", null), At);

        feeder.CloseAll(CloseReason.CaptureEnded, At);

        ReplayedExchange exchange = Assert.Single(_shard.Exchanges);
        Assert.Equal(CloseReason.CaptureEnded, exchange.Closed);
        Assert.False(exchange.IsResponseEnded);
    }

    [Fact]
    public void Feed_MoreThanMayBeOpen_ClosesTheQuietest()
    {
        using var feeder = new TapTraceFeeder(_shard, ReplayedShard.Source(CaptureInput.StreamedTap), maxOpen: 2);
        feeder.Feed(Request(1, "/a"), At);
        feeder.Feed(Request(2, "/b"), At.AddSeconds(1));
        feeder.Feed(Segment(1, segment => segment.RequestBodyChunk = new Body { AsBytes = ByteString.Empty }), At.AddSeconds(2));

        feeder.Feed(Request(3, "/c"), At.AddSeconds(3));

        Assert.Equal([null, CloseReason.SourceEnded, null], _shard.Exchanges.Select(exchange => exchange.Closed));
    }

    [Fact]
    public void Feed_WhenTheRingHasNoRoom_IsShed()
    {
        _shard.ShedsAll = true;
        using TapTraceFeeder feeder = Feeder();

        Assert.Equal(TapFeedResult.Shed, feeder.Feed(Request(1, "/a"), At));
        Assert.Equal(TapFeedResult.Shed, feeder.Feed(new TraceWrapper { HttpBufferedTrace = Buffered(new Body()) }, At));
    }

    [Fact]
    public void Feed_SocketTraceOrEmpty_IsIgnored()
    {
        using TapTraceFeeder feeder = Feeder();

        Assert.Equal(TapFeedResult.Ignored, feeder.Feed(new TraceWrapper { SocketBufferedTrace = new SocketTrace() }, At));
        Assert.Equal(TapFeedResult.NoTrace, feeder.Feed(new TraceWrapper(), At));
        Assert.Equal(TapFeedResult.Ignored, feeder.Feed(new TraceWrapper { HttpBufferedTrace = new HttpBufferedTrace() }, At));
    }

    [Fact]
    public void Feed_TruncatedBody_IsMarkedAndNotTakenForBrokenOff()
    {
        using TapTraceFeeder feeder = Feeder();

        feeder.Feed(new TraceWrapper { HttpBufferedTrace = Buffered(new Body { AsBytes = ByteString.CopyFromUtf8("first"), Truncated = true }) }, At);

        Exchange head = Assert.Single(_shard.Exchanges).Decode().Head;
        Assert.Equal((ExchangeEnd.Complete, true, 5L), (head.End, head.Response!.Body.Truncated, head.Response.Body.KeptBytes));
    }

    public void Dispose() => _shard.Dispose();

    private TapTraceFeeder Feeder() => new(_shard, ReplayedShard.Source(CaptureInput.StreamedTap));

    private static HttpBufferedTrace Buffered(Body body) => new()
    {
        Request = new HttpBufferedTrace.Types.Message { Headers = { Header(":method", "GET"), Header(":path", "/") } },
        Response = new HttpBufferedTrace.Types.Message { Headers = { Header(":status", "200"), Header("content-length", "9000") }, Body = body },
    };

    private static TraceWrapper Request(ulong id, string path) => Segment(
        id, segment => segment.RequestHeaders = new HeaderMap { Headers = { Header(":method", "GET"), Header(":path", path) } });

    private static TraceWrapper Response(ulong id, string status, int? length) => Segment(id, segment =>
    {
        segment.ResponseHeaders = new HeaderMap { Headers = { Header(":status", status) } };
        if (length is not null)
            segment.ResponseHeaders.Headers.Add(Header("content-length", $"{length}"));
    });

    private static TraceWrapper Chunk(ulong id, string text) =>
        Segment(id, segment => segment.ResponseBodyChunk = new Body { AsBytes = ByteString.CopyFromUtf8(text) });

    private static TraceWrapper Segment(ulong id, Action<HttpStreamedTraceSegment> fill)
    {
        var segment = new HttpStreamedTraceSegment { TraceId = id };
        fill(segment);
        return new TraceWrapper { HttpStreamedTraceSegment = segment };
    }

    private static HeaderValue Header(string name, string value) => new() { Key = name, Value = value };
}
