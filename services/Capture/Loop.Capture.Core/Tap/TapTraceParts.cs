using System.Buffers;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Tap;

/// <summary>
/// One <c>envoy.data.tap.v3.TraceWrapper</c> as slices of its bytes, so that a body goes from the pipe into the ring and is copied nowhere between. Fields may come in any
/// order and unknown ones are passed over; of several that exclude each other the last counts, as in every protobuf parser.
/// Nothing is handed out of a message that is damaged anywhere: half an exchange would be taken for a whole one.
/// </summary>
internal struct TapTraceParts
{
    private const int TraceIdField = 1;
    private ReadOnlySequence<byte> _bufferedTrace;
    private FieldRun _connections;

    /// <summary>The request of a buffered trace.</summary>
    public TapMessageParts Request;

    /// <summary>The response of a buffered trace.</summary>
    public TapMessageParts Response;

    /// <summary>What the headers of a segment tell.</summary>
    public TapHeaderFacts Facts;

    /// <summary>The piece of a body that a segment is.</summary>
    public TapBodyParts Chunk;

    /// <summary>What it holds.</summary>
    public TapTraceKind Kind { get; private set; }

    /// <summary>Which exchange a segment belongs to; unique within one Envoy.</summary>
    public ulong TraceId { get; private set; }

    /// <summary>Which piece of it the segment is.</summary>
    public TapPiece Piece { get; private set; }

    /// <summary>The headers or trailers of a segment, a serialised HeaderMap.</summary>
    public ReadOnlySequence<byte> HeaderMap { get; private set; }

    /// <summary>Splits a message; false when it is damaged.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> wrapper, out TapTraceParts parts)
    {
        parts = default;
        ReadOnlySequence<byte> trace = default;
        var walker = new ProtobufWalker(wrapper);
        while (walker.Next())
        {
            if (walker.Field is >= (int)TapTraceKind.Buffered and <= (int)TapTraceKind.SocketSegment && walker.IsBytes)
                (parts.Kind, trace) = ((TapTraceKind)walker.Field, walker.Bytes);
        }

        return !walker.IsMalformed && parts.Kind switch
        {
            TapTraceKind.Buffered => parts.TryReadBuffered(trace),
            TapTraceKind.Segment => parts.TryReadSegment(trace),
            _ => true,
        };
    }

    /// <summary>The connections of a buffered trace, see <see cref="PartKind.TapConnections"/>.</summary>
    public readonly ReadOnlySequence<byte> Connections(ArrayBufferWriter<byte> scratch) => _connections.Slice(_bufferedTrace, scratch);

    private bool TryReadBuffered(in ReadOnlySequence<byte> trace)
    {
        const int RequestField = 1;
        const int ResponseField = 2;
        _bufferedTrace = trace;
        _connections = new FieldRun(TapConnections.DownstreamField, TapConnections.UpstreamField);
        var walker = new ProtobufWalker(trace);
        while (walker.Next())
        {
            if (!walker.IsBytes)
                continue;
            if (walker.Field == RequestField && !TapMessageParts.TryRead(walker.Bytes, out Request))
                return false;
            if (walker.Field == ResponseField && !TapMessageParts.TryRead(walker.Bytes, out Response))
                return false;
            if (walker.Field is TapConnections.DownstreamField or TapConnections.UpstreamField)
            {
                if (!TapConnections.IsSound(walker.Bytes))
                    return false;
                _connections.Add(walker);
            }
        }

        return !walker.IsMalformed;
    }

    private bool TryReadSegment(in ReadOnlySequence<byte> segment)
    {
        ReadOnlySequence<byte> piece = default;
        var walker = new ProtobufWalker(segment);
        while (walker.Next())
        {
            if (walker.Field == TraceIdField && !walker.IsBytes)
                TraceId = walker.Varint;
            else if (walker.Field is >= (int)TapPiece.RequestHeaders and <= (int)TapPiece.ResponseTrailers && walker.IsBytes)
                (Piece, piece) = ((TapPiece)walker.Field, walker.Bytes);
        }

        if (walker.IsMalformed)
            return false;
        if (Piece is TapPiece.RequestBody or TapPiece.ResponseBody)
            return TapBodyParts.TryRead(piece, out Chunk);
        HeaderMap = piece;
        return TapHeaderFacts.TryRead(piece, headersField: 1, out Facts);
    }
}

/// <summary>Field numbers of the oneof <c>trace</c>.</summary>
internal enum TapTraceKind
{
    /// <summary>None that we know.</summary>
    None = 0,

    /// <summary>A whole exchange.</summary>
    Buffered = 1,

    /// <summary>A piece of one.</summary>
    Segment = 2,

    /// <summary>Raw bytes of a connection.</summary>
    Socket = 3,

    /// <summary>A piece of them.</summary>
    SocketSegment = 4,
}

/// <summary>Field numbers of the oneof <c>message_piece</c>.</summary>
internal enum TapPiece
{
    /// <summary>The connection manager refused the request: Envoy opens its trace with a segment that holds nothing but the id.</summary>
    None = 0,

    /// <summary>A HeaderMap.</summary>
    RequestHeaders = 2,

    /// <summary>A Body.</summary>
    RequestBody = 3,

    /// <summary>A HeaderMap.</summary>
    RequestTrailers = 4,

    /// <summary>A HeaderMap.</summary>
    ResponseHeaders = 5,

    /// <summary>A Body.</summary>
    ResponseBody = 6,

    /// <summary>A HeaderMap.</summary>
    ResponseTrailers = 7,
}
