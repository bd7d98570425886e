using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Tap;

/// <summary>
/// Feeds the ring from traces of the tap filter: a buffered trace is a whole exchange, streamed segments are joined by their trace id.
/// One feeder per tap stream, file or session, because ids are unique only within one Envoy. One caller at a time. <see cref="Dispose"/> closes
/// what is open as if the source had ended; it does not dispose the shard.
/// </summary>
public sealed class TapTraceFeeder : IDisposable
{
    // A late chunk of a request whose answer has ended already must not begin a second exchange.
    private const int RememberedFinished = 1024;
    private readonly IIntakeShard _shard;
    private readonly ExchangeSource _source;
    private readonly int _maxOpen;
    private readonly Dictionary<ulong, TapExchange> _streamed = [];
    private readonly Queue<ulong> _finished = [];
    private DateTimeOffset _lastAt;

    /// <summary>A feeder for one source.</summary>
    /// <param name="shard">Where exchanges go; the caller disposes it.</param>
    /// <param name="source">Who taps.</param>
    /// <param name="maxOpen">Streamed exchanges in progress; at the limit the one that was quiet longest is closed.</param>
    public TapTraceFeeder(IIntakeShard shard, ExchangeSource source, int maxOpen = 4096)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxOpen, 1);
        (_shard, _source, _maxOpen) = (shard, source, maxOpen);
    }

    /// <summary>Streamed exchanges in progress.</summary>
    public int OpenCount => _streamed.Count - _finished.Count;

    /// <summary>Takes one trace that arrived at a time.</summary>
    public TapFeedResult Feed(TraceWrapper trace, DateTimeOffset arrivedAt)
    {
        ArgumentNullException.ThrowIfNull(trace);
        _lastAt = arrivedAt;
        return trace.TraceCase switch
        {
            TraceWrapper.TraceOneofCase.HttpBufferedTrace => FeedBuffered(trace.HttpBufferedTrace, arrivedAt),
            TraceWrapper.TraceOneofCase.HttpStreamedTraceSegment => FeedSegment(trace.HttpStreamedTraceSegment, arrivedAt),
            _ => TapFeedResult.Ignored,
        };
    }

    /// <summary>Closes streamed exchanges that were quiet since a time: segments carry no end marker. Call it every few seconds on a live source.</summary>
    public void CloseQuietSince(DateTimeOffset time, DateTimeOffset now)
    {
        foreach ((ulong id, TapExchange exchange) in _streamed.Where(pair => !pair.Value.IsClosed && pair.Value.LastAt <= time).ToList())
        {
            exchange.Close(CloseReason.SourceEnded, now);
            _streamed.Remove(id);
        }
    }

    /// <summary>Closes everything: the file or session ended, or we ended it.</summary>
    public void CloseAll(CloseReason reason, DateTimeOffset at)
    {
        foreach (TapExchange exchange in _streamed.Values)
            exchange.Close(reason, at);
        _streamed.Clear();
        _finished.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => CloseAll(CloseReason.SourceEnded, _lastAt);

    private TapFeedResult FeedBuffered(HttpBufferedTrace trace, DateTimeOffset arrivedAt)
    {
        bool hasRequest = trace.Request is { Headers.Count: > 0 };
        bool hasResponse = trace.Response is { Headers.Count: > 0 };
        if (!hasRequest && !hasResponse)
            return TapFeedResult.Ignored;
        IExchangeWriter? writer = _shard.Begin(_source, arrivedAt);
        if (writer is null)
            return TapFeedResult.Shed;
        writer.Connections(new ExchangeEndpoints(
            AddressText.Of(trace.DownstreamConnection?.RemoteAddress),
            AddressText.Of(trace.DownstreamConnection?.LocalAddress),
            AddressText.Of(trace.UpstreamConnection?.LocalAddress),
            AddressText.Of(trace.UpstreamConnection?.RemoteAddress)));
        var exchange = new TapExchange(writer, arrivedAt);
        // The trace was written when all was over; the times in it are the nearest to the truth that it has.
        DateTimeOffset requestAt = Rfc3339.From(trace.Request?.HeadersReceivedTime) ?? Rfc3339.From(trace.Response?.HeadersReceivedTime) ?? arrivedAt;
        DateTimeOffset responseAt = Rfc3339.From(trace.Response?.HeadersReceivedTime) ?? requestAt;
        if (hasRequest)
            FeedMessage(exchange, MessageDirection.Request, trace.Request!, requestAt);
        if (hasResponse)
            FeedMessage(exchange, MessageDirection.Response, trace.Response!, responseAt);
        exchange.Close(CloseReason.SourceEnded, responseAt);
        return TapFeedResult.Fed;
    }

    private static void FeedMessage(TapExchange exchange, MessageDirection direction, HttpBufferedTrace.Types.Message message, DateTimeOffset at)
    {
        exchange.Headers(direction, message.Headers, at);
        if (message.Body is { BodyTypeCase: not Body.BodyTypeOneofCase.None } or { Truncated: true })
            exchange.Body(direction, message.Body, at);
        if (message.Trailers.Count > 0)
            exchange.Trailers(direction, message.Trailers, at);
    }

    private TapFeedResult FeedSegment(HttpStreamedTraceSegment segment, DateTimeOffset at)
    {
        if (!_streamed.TryGetValue(segment.TraceId, out TapExchange? exchange))
        {
            MakeRoom(at);
            exchange = new TapExchange(_shard.Begin(_source, at), at);
            _streamed.Add(segment.TraceId, exchange);
        }

        if (!exchange.IsClosed)
            FeedPiece(exchange, segment, at);
        if (!exchange.IsClosed && exchange.IsSurelyWhole)
            Finish(segment.TraceId, exchange, at);
        return exchange.IsShed ? TapFeedResult.Shed : TapFeedResult.Fed;
    }

    private void FeedPiece(TapExchange exchange, HttpStreamedTraceSegment segment, DateTimeOffset at)
    {
        switch (segment.MessagePieceCase)
        {
            case HttpStreamedTraceSegment.MessagePieceOneofCase.RequestHeaders:
                exchange.Headers(MessageDirection.Request, segment.RequestHeaders.Headers, at);
                break;
            case HttpStreamedTraceSegment.MessagePieceOneofCase.RequestBodyChunk:
                exchange.Body(MessageDirection.Request, segment.RequestBodyChunk, at);
                break;
            case HttpStreamedTraceSegment.MessagePieceOneofCase.RequestTrailers:
                exchange.Trailers(MessageDirection.Request, segment.RequestTrailers.Headers, at);
                break;
            case HttpStreamedTraceSegment.MessagePieceOneofCase.ResponseHeaders:
                exchange.Headers(MessageDirection.Response, segment.ResponseHeaders.Headers, at);
                break;
            case HttpStreamedTraceSegment.MessagePieceOneofCase.ResponseBodyChunk:
                exchange.Body(MessageDirection.Response, segment.ResponseBodyChunk, at);
                break;
            case HttpStreamedTraceSegment.MessagePieceOneofCase.ResponseTrailers:
                exchange.Trailers(MessageDirection.Response, segment.ResponseTrailers.Headers, at);
                Finish(segment.TraceId, exchange, at);
                break;
            default:
                // The connection manager refused the request: Envoy opens its trace with a segment that holds nothing but the id.
                break;
        }
    }

    private void Finish(ulong id, TapExchange exchange, DateTimeOffset at)
    {
        exchange.Close(CloseReason.SourceEnded, at);
        _finished.Enqueue(id);
        if (_finished.Count > RememberedFinished)
            _streamed.Remove(_finished.Dequeue());
    }

    private void MakeRoom(DateTimeOffset at)
    {
        if (_streamed.Count - _finished.Count < _maxOpen)
            return;
        (ulong id, TapExchange quietest) = _streamed.Where(pair => !pair.Value.IsClosed).MinBy(pair => pair.Value.LastAt);
        quietest.Close(CloseReason.SourceEnded, at);
        _streamed.Remove(id);
    }
}
