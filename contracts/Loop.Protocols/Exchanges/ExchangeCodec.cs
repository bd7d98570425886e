using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Exchanges.V1;
using V1Field = Loop.Protocols.Exchanges.V1.Field;

namespace Loop.Protocols.Exchanges;

/// <summary>Between <see cref="Exchange"/> and its wire form <c>loop.exchange.v1.ExchangeHead</c>. Encode, then decode, is identity.</summary>
public static class ExchangeCodec
{
    /// <summary>The wire form of <paramref name="exchange"/>.</summary>
    public static ExchangeHead Encode(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var head = new ExchangeHead
        {
            Node = exchange.Id.Node,
            Epoch = exchange.Id.Epoch,
            Sequence = exchange.Id.Sequence,
            Input = (int)exchange.Input + 1,
            View = (int)exchange.View,
            Instance = exchange.Instance,
            StartedAt = exchange.StartedAt.ToTimestamp(),
            Duration = exchange.Duration?.ToDuration(),
            Request = Encode(exchange.Request),
            Response = Encode(exchange.Response),
            End = (int)exchange.End,
            BrokenOffBy = (int)exchange.BrokenOffBy,
        };
        EncodeOptional(exchange, head);
        head.ResponseFlags.AddRange(exchange.ResponseFlags);
        head.Keys.AddRange(exchange.Keys.Select(key => key.ToString()));
        head.Redacted.AddRange(exchange.Redacted);
        return head;
    }

    /// <summary>The exchange behind a wire form.</summary>
    /// <exception cref="InvalidDataException">A mandatory field is missing or out of range.</exception>
    public static Exchange Decode(ExchangeHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Node.Length == 0 || head.StartedAt is null)
            throw new InvalidDataException("An exchange without node or start is damaged.");
        return new Exchange
        {
            Id = new ExchangeId(head.Node, head.Epoch, head.Sequence),
            Input = Checked((CaptureInput)(head.Input - 1)),
            View = Checked((ExchangeView)head.View),
            Service = head.HasService ? head.Service : null,
            Namespace = head.HasNamespace ? head.Namespace : null,
            Instance = head.Instance,
            StartedAt = head.StartedAt.ToDateTimeOffset(),
            Duration = head.Duration?.ToTimeSpan(),
            Protocol = head.HasProtocol ? head.Protocol : null,
            Request = Decode(head.Request),
            Response = Decode(head.Response),
            End = Checked((ExchangeEnd)head.End),
            BrokenOffBy = Checked((BrokenOffBy)head.BrokenOffBy),
            Endpoints = new ExchangeEndpoints(
                head.HasDownstreamRemote ? head.DownstreamRemote : null,
                head.HasDownstreamLocal ? head.DownstreamLocal : null,
                head.HasUpstreamLocal ? head.UpstreamLocal : null,
                head.HasUpstreamRemote ? head.UpstreamRemote : null),
            ResponseFlags = [.. head.ResponseFlags],
            ResponseCodeDetails = head.HasResponseCodeDetails ? head.ResponseCodeDetails : null,
            AttemptCount = head.HasAttemptCount ? head.AttemptCount : null,
            IncomingSpanId = head.HasIncomingSpanId ? head.IncomingSpanId : null,
            OutgoingSpanId = head.HasOutgoingSpanId ? head.OutgoingSpanId : null,
            Keys = [.. head.Keys.Select(DecodeKey)],
            Redacted = [.. head.Redacted],
        };
    }

    private static void EncodeOptional(Exchange exchange, ExchangeHead head)
    {
        if (exchange.Service is not null)
            head.Service = exchange.Service;
        if (exchange.Namespace is not null)
            head.Namespace = exchange.Namespace;
        if (exchange.Protocol is not null)
            head.Protocol = exchange.Protocol;
        if (exchange.Endpoints.DownstreamRemote is not null)
            head.DownstreamRemote = exchange.Endpoints.DownstreamRemote;
        if (exchange.Endpoints.DownstreamLocal is not null)
            head.DownstreamLocal = exchange.Endpoints.DownstreamLocal;
        if (exchange.Endpoints.UpstreamLocal is not null)
            head.UpstreamLocal = exchange.Endpoints.UpstreamLocal;
        if (exchange.Endpoints.UpstreamRemote is not null)
            head.UpstreamRemote = exchange.Endpoints.UpstreamRemote;
        if (exchange.ResponseCodeDetails is not null)
            head.ResponseCodeDetails = exchange.ResponseCodeDetails;
        if (exchange.AttemptCount is { } attempts)
            head.AttemptCount = attempts;
        if (exchange.IncomingSpanId is not null)
            head.IncomingSpanId = exchange.IncomingSpanId;
        if (exchange.OutgoingSpanId is not null)
            head.OutgoingSpanId = exchange.OutgoingSpanId;
    }

    private static MessagePart? Encode(HttpMessagePart? part)
    {
        if (part is null)
            return null;
        var message = new MessagePart
        {
            BodySizeBytes = part.Body.SizeBytes,
            BodyKeptBytes = part.Body.KeptBytes,
            BodyTruncated = part.Body.Truncated,
            BodyInexact = !part.Body.Exact,
            BodySha256 = part.Body.Sha256 is null ? ByteString.Empty : ByteString.CopyFrom(Convert.FromHexString(part.Body.Sha256)),
            HeadersAt = part.HeadersAt?.ToTimestamp(),
        };
        message.Headers.AddRange(part.Headers.Select(Encode));
        message.Trailers.AddRange(part.Trailers.Select(Encode));
        message.Chunks.AddRange((part.Chunks ?? []).Select(chunk => new Chunk { OffsetBytes = chunk.OffsetBytes, At = chunk.At.ToTimestamp() }));
        return message;
    }

    private static V1Field Encode(HeaderField field) =>
        new() { Name = field.Name, Value = ByteString.CopyFrom(Encoding.Latin1.GetBytes(field.Value)) };

    private static HttpMessagePart? Decode(MessagePart? message) => message is null ? null : new HttpMessagePart
    {
        Headers = [.. message.Headers.Select(Decode)],
        Trailers = [.. message.Trailers.Select(Decode)],
        Body = new BodyInfo
        {
            SizeBytes = message.BodySizeBytes,
            KeptBytes = message.BodyKeptBytes,
            Truncated = message.BodyTruncated,
            Exact = !message.BodyInexact,
            Sha256 = message.BodySha256.IsEmpty ? null : Convert.ToHexStringLower(message.BodySha256.Span),
        },
        HeadersAt = message.HeadersAt?.ToDateTimeOffset(),
        Chunks = message.Chunks.Count == 0 ? null : [.. message.Chunks.Select(chunk => new BodyChunk(chunk.OffsetBytes, chunk.At.ToDateTimeOffset()))],
    };

    private static HeaderField Decode(V1Field field) => new(field.Name, Encoding.Latin1.GetString(field.Value.Span));

    private static TraceKey DecodeKey(string text) =>
        TraceKey.TryParse(text, out TraceKey key) ? key : throw new InvalidDataException($"'{text}' is not a trace key.");

    private static TEnum Checked<TEnum>(TEnum value)
        where TEnum : struct, System.Enum =>
        System.Enum.IsDefined(value) ? value : throw new InvalidDataException($"{typeof(TEnum).Name} {value} is unknown: it was written by a newer Loop.");
}
