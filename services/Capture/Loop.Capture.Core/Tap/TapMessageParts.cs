using System.Buffers;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Tap;

/// <summary>One <c>envoy.data.tap.v3.HttpBufferedTrace.Message</c> as slices.</summary>
internal struct TapMessageParts
{
    private const int HeadersField = 1;
    private const int BodyField = 2;
    private const int TrailersField = 3;
    private const int ReceivedTimeField = 4;

    private ReadOnlySequence<byte> _message;
    private FieldRun _headers;
    private FieldRun _trailers;

    /// <summary>What its headers tell.</summary>
    public TapHeaderFacts Facts;

    /// <summary>Its body, if <see cref="HasBody"/>.</summary>
    public TapBodyParts Body;

    /// <summary>Without headers there is no message: the request was refused before it was read, or no answer came.</summary>
    public readonly bool IsPresent => _headers.HasAny;

    public bool HasBody { get; private set; }

    public readonly bool HasTrailers => _trailers.HasAny;

    /// <summary>When its headers came; null when the proxy did not say.</summary>
    public DateTimeOffset? ReceivedAt { get; private set; }

    /// <summary>Splits a message; false when it is damaged.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> message, out TapMessageParts parts)
    {
        parts = new TapMessageParts { _message = message, _headers = new FieldRun(HeadersField, HeadersField), _trailers = new FieldRun(TrailersField, TrailersField) };
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (walker.IsBytes && !parts.TryTake(in walker))
                return false;
        }

        return !walker.IsMalformed
            && TapHeaderFacts.TryRead(parts._headers.Span(message), HeadersField, out parts.Facts)
            && (!parts.HasTrailers || TapHeaderFacts.TryRead(parts._trailers.Span(message), TrailersField, out _));
    }

    /// <summary>The headers as a serialised HeaderMap: a repeated field 1 is all that one consists of.</summary>
    public readonly ReadOnlySequence<byte> Headers(ArrayBufferWriter<byte> scratch) => _headers.Slice(_message, scratch);

    /// <summary>The trailers as a serialised HeaderMap.</summary>
    public readonly ReadOnlySequence<byte> Trailers(ArrayBufferWriter<byte> scratch) => _trailers.Renumber(_message, HeadersField, scratch);

    private bool TryTake(in ProtobufWalker walker)
    {
        switch (walker.Field)
        {
            case HeadersField:
                _headers.Add(walker);
                return true;
            case TrailersField:
                _trailers.Add(walker);
                return true;
            case BodyField:
                HasBody = true;
                return TapBodyParts.TryRead(walker.Bytes, out Body);
            case ReceivedTimeField:
                bool isTime = Rfc3339.TryReadTimestamp(walker.Bytes, out DateTimeOffset? at);
                ReceivedAt = at;
                return isTime;
            default:
                return true;
        }
    }
}
