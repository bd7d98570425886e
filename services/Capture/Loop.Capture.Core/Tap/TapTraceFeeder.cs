using System.Buffers;
using Loop.Capture.Core.Intake;

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

    // Larger ones only a hostile serialiser needs; a thousand streams must not each hold one.
    private const int KeptScratchBytes = 64 * 1024;
    private readonly IIntakeShard _shard;
    private readonly ExchangeSource _source;
    private readonly int _maxOpen;
    private readonly Dictionary<ulong, TapExchange> _streamed = [];
    private readonly Queue<ulong> _finished = [];
    private readonly TapExchange _buffered = new();
    private ArrayBufferWriter<byte> _scratch = new();
    private DateTimeOffset _lastAt;

    /// <summary>A feeder for one source.</summary>
    /// <param name="shard">Where exchanges go; the caller disposes it.</param>
    /// <param name="source">Who taps.</param>
    /// <param name="maxOpen">Streamed exchanges in progress; at the limit the one that was quiet longest is closed. 0 ignores segments: only whole exchanges are taken.</param>
    public TapTraceFeeder(IIntakeShard shard, ExchangeSource source, int maxOpen = 4096)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentOutOfRangeException.ThrowIfNegative(maxOpen);
        (_shard, _source, _maxOpen) = (shard, source, maxOpen);
    }

    /// <summary>Streamed exchanges in progress.</summary>
    public int OpenCount => _streamed.Count - _finished.Count;

    /// <summary>Takes one trace that arrived at a time: a serialised <c>envoy.data.tap.v3.TraceWrapper</c>. Its bytes are not needed afterwards.</summary>
    public TapFeedResult Feed(in ReadOnlySequence<byte> trace, DateTimeOffset arrivedAt)
    {
        _lastAt = arrivedAt;
        if (!TapTraceParts.TryRead(trace, out TapTraceParts parts))
            return TapFeedResult.Malformed;
        return parts.Kind switch
        {
            TapTraceKind.Buffered => FeedBuffered(parts, arrivedAt),
            TapTraceKind.Segment when _maxOpen > 0 => FeedSegment(parts, arrivedAt),
            TapTraceKind.None => TapFeedResult.NoTrace,
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

    private TapFeedResult FeedBuffered(in TapTraceParts trace, DateTimeOffset arrivedAt)
    {
        if (!trace.Request.IsPresent && !trace.Response.IsPresent)
            return TapFeedResult.Ignored;
        IExchangeWriter? writer = _shard.Begin(_source, arrivedAt);
        if (writer is null)
            return TapFeedResult.Shed;
        // The trace was written when all was over; the times in it are the nearest to the truth that it has.
        DateTimeOffset requestAt = trace.Request.ReceivedAt ?? trace.Response.ReceivedAt ?? arrivedAt;
        DateTimeOffset responseAt = trace.Response.ReceivedAt ?? requestAt;
        writer.Connections(trace.Connections(_scratch), requestAt);
        _buffered.Begin(writer, arrivedAt);
        FeedMessage(MessageDirection.Request, trace.Request, requestAt);
        FeedMessage(MessageDirection.Response, trace.Response, responseAt);
        _buffered.Close(CloseReason.SourceEnded, responseAt);
        if (_scratch.Capacity > KeptScratchBytes)
            _scratch = new ArrayBufferWriter<byte>();
        return TapFeedResult.Fed;
    }

    private void FeedMessage(MessageDirection direction, in TapMessageParts message, DateTimeOffset at)
    {
        if (!message.IsPresent)
            return;
        _buffered.Headers(direction, message.Headers(_scratch), message.Facts, at);
        if (message.HasBody)
            _buffered.Body(direction, message.Body, at);
        if (message.HasTrailers)
            _buffered.Trailers(direction, message.Trailers(_scratch), at);
    }

    private TapFeedResult FeedSegment(in TapTraceParts segment, DateTimeOffset at)
    {
        if (!_streamed.TryGetValue(segment.TraceId, out TapExchange? exchange))
        {
            MakeRoom(at);
            exchange = new TapExchange().Begin(_shard.Begin(_source, at), at);
            _streamed.Add(segment.TraceId, exchange);
        }

        if (!exchange.IsClosed)
            FeedPiece(exchange, segment, at);
        if (!exchange.IsClosed && exchange.IsSurelyWhole)
            Finish(segment.TraceId, exchange, at);
        return exchange.IsShed ? TapFeedResult.Shed : TapFeedResult.Fed;
    }

    private void FeedPiece(TapExchange exchange, in TapTraceParts segment, DateTimeOffset at)
    {
        MessageDirection direction = segment.Piece < TapPiece.ResponseHeaders ? MessageDirection.Request : MessageDirection.Response;
        switch (segment.Piece)
        {
            case TapPiece.RequestHeaders or TapPiece.ResponseHeaders:
                exchange.Headers(direction, segment.HeaderMap, segment.Facts, at);
                break;
            case TapPiece.RequestBody or TapPiece.ResponseBody:
                exchange.Body(direction, segment.Chunk, at);
                break;
            case TapPiece.RequestTrailers:
                exchange.Trailers(direction, segment.HeaderMap, at);
                break;
            case TapPiece.ResponseTrailers:
                exchange.Trailers(direction, segment.HeaderMap, at);
                Finish(segment.TraceId, exchange, at);
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
