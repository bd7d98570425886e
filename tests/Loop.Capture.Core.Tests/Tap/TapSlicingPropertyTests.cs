using CsCheck;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Core.Tests.Decoding;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Xunit;

namespace Loop.Capture.Core.Tests.Tap;

/// <summary>Slicing a tap gives what Google's parser gives, for every way in which a message can be written and cut.</summary>
public sealed class TapSlicingPropertyTests
{
    private static readonly DateTimeOffset At = ReplayedShard.At;

    [Fact]
    public void Feed_AnyBufferedTrace_IsTheExchangeOfTheGeneratedMessage() =>
        Gen.SelectMany(TapMessages.Buffered, trace => Gen.Select(Gen.Const(trace), WireScramble.Of(trace), Gen.Int[1, 90])).Sample(
            (trace, wire, segmentBytes) =>
            {
                Assert.Equal(trace, WithoutUnknown(TraceWrapper.Parser.ParseFrom(wire)));
                var shard = new ReplayedShard();
                using TapTraceFeeder feeder = Feeder(shard);

                TapFeedResult result = feeder.Feed(Segments.Of(wire, segmentBytes), At);

                HttpBufferedTrace buffered = trace.HttpBufferedTrace;
                if (buffered is not ({ Request.Headers.Count: > 0 } or { Response.Headers.Count: > 0 }))
                {
                    Assert.Equal((TapFeedResult.Ignored, 0), (result, shard.Exchanges.Count));
                    return;
                }

                Assert.Equal(TapFeedResult.Fed, result);
                ReplayedExchange recorded = Assert.Single(shard.Exchanges);
                CapturedExchange exchange = recorded.Decode();
                Assert.Equal(TapExpectation.Of(buffered).ToString(), TapExpectation.Describe(exchange));
                Assert.Equal(RequestAt(buffered), exchange.Head.Request?.HeadersAt);
                // No byte is kept twice, however the fields lie.
                Assert.InRange(recorded.Parts.Sum(part => part.Payload.Length), 0, wire.Length);
            },
            iter: 1500);

    [Fact]
    public void Feed_AnyStreamOfSegments_GivesTheExchangesOfTheGeneratedMessages() =>
        TapMessages.Segments.SelectMany(traces => Gen.Select(Gen.Const(traces), Gen.Int[1, 90], Gen.Int)).Sample(
            (traces, segmentBytes, seed) =>
            {
                var shard = new ReplayedShard();
                using (TapTraceFeeder feeder = Feeder(shard))
                {
                    foreach (TraceWrapper trace in traces)
                        Assert.Equal(TapFeedResult.Fed, feeder.Feed(Segments.Of(WireScramble.Of(trace, seed), segmentBytes), At));
                }

                Assert.Equal(
                    traces.Select(trace => trace.HttpStreamedTraceSegment).GroupBy(segment => segment.TraceId).Select(exchange => TapExpectation.Of(UntilTheEnd(exchange)).ToString()),
                    shard.Exchanges.Select(exchange => TapExpectation.Describe(exchange.Decode())));
                Assert.All(shard.Exchanges, exchange => Assert.Equal(CloseReason.SourceEnded, exchange.Closed));
            },
            iter: 500);

    [Fact]
    public void Feed_ADamagedTrace_IsRefusedWholeOrCanBeDecoded() =>
        Gen.Select(Gen.OneOf(TapMessages.Buffered, TapMessages.Segments.Where(traces => traces.Count > 0).Select(traces => traces[0])), Gen.Int[0, 10_000], Gen.Byte, Gen.Bool).Sample(
            (trace, place, value, isCut) =>
            {
                byte[] wire = trace.ToByteArray();
                int at = wire.Length == 0 ? 0 : place % wire.Length;
                if (isCut)
                    wire = wire[..at];
                else if (wire.Length > 0)
                    wire[at] = value;
                var shard = new ReplayedShard();
                TapFeedResult result;
                using (TapTraceFeeder feeder = Feeder(shard))
                    result = feeder.Feed(Segments.Of(wire, 16), At);

                Assert.Equal(result is TapFeedResult.Fed ? 1 : 0, shard.Exchanges.Count);
                if (isCut)
                    Assert.Equal(!IsParsed(wire), result is TapFeedResult.Malformed);
                foreach (ReplayedExchange exchange in shard.Exchanges)
                    exchange.Decode();
            },
            iter: 2500);

    [Fact]
    public void Feed_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 200].Sample(
        bytes =>
        {
            using TapTraceFeeder feeder = Feeder(new ReplayedShard());
            feeder.Feed(Segments.Of(bytes, 7), At);
        },
        iter: 2500);

    private static TapTraceFeeder Feeder(ReplayedShard shard) => new(shard, ReplayedShard.Source(CaptureInput.StreamedTap));

    private static IEnumerable<HttpStreamedTraceSegment> UntilTheEnd(IEnumerable<HttpStreamedTraceSegment> segments)
    {
        foreach (HttpStreamedTraceSegment segment in segments)
        {
            yield return segment;
            if (segment.ResponseTrailers is not null)
                yield break;
        }
    }

    private static DateTimeOffset? RequestAt(HttpBufferedTrace trace) => trace.Request is not { Headers.Count: > 0 }
        ? null
        : TimeOf(trace.Request) ?? TimeOf(trace.Response) ?? At;

    // A zero time is what Envoy writes where it has none.
    private static DateTimeOffset? TimeOf(HttpBufferedTrace.Types.Message? message) => message?.HeadersReceivedTime is not { } at || (at.Seconds == 0 && at.Nanos == 0)
        ? null
        : DateTimeOffset.UnixEpoch.AddTicks((at.Seconds * TimeSpan.TicksPerSecond) + (at.Nanos / 100));

    private static TraceWrapper WithoutUnknown(TraceWrapper trace) => TraceWrapper.Parser.WithDiscardUnknownFields(true).ParseFrom(trace.ToByteArray());

    private static bool IsParsed(byte[] wire)
    {
        try
        {
            TraceWrapper.Parser.ParseFrom(wire);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
