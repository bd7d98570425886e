using System.Buffers;
using System.Text;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Tap;

/// <summary>One tapped exchange on its way into the ring.</summary>
internal sealed class TapExchange(IExchangeWriter? writer, DateTimeOffset beganAt)
{
    private readonly TapMessageProgress _request = new();
    private readonly TapMessageProgress _response = new();
    private bool _isHead;
    private bool _isConnect;
    private bool _isUpgraded;

    /// <summary>When its latest part came.</summary>
    public DateTimeOffset LastAt { get; private set; } = beganAt;

    /// <summary>Nothing more is taken.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The ring refused it; its parts are taken and dropped.</summary>
    public bool IsShed => writer is null;

    /// <summary>The response is there to its last byte, by what its headers announced.</summary>
    public bool IsSurelyWhole => !_isUpgraded && _response.IsAnswerSurelyWhole(_isHead) && (!_request.IsBegun || _request.IsRequestSurelyWhole());

    public void Headers(MessageDirection direction, IReadOnlyList<HeaderValue> headers, DateTimeOffset at)
    {
        LastAt = at;
        var parsed = new TapHeaders(headers);
        Of(direction).OnHeaders(parsed);
        if (direction == MessageDirection.Request)
            (_isHead, _isConnect) = (parsed.Value(":method") == "HEAD", parsed.Value(":method") == "CONNECT");
        else
            _isUpgraded = parsed.Status == 101 || (_isConnect && parsed.Status is >= 200 and < 300);
        writer?.Headers(direction, parsed.Serialize(), endOfStream: false, at);
    }

    public void Body(MessageDirection direction, Body body, DateTimeOffset at)
    {
        LastAt = at;
        bool isText = body.BodyTypeCase == Protocols.Envoy.Data.Tap.V3.Body.BodyTypeOneofCase.AsString && body.AsString.Length > 0;
        ByteString bytes = isText ? ByteString.CopyFromUtf8(body.AsString) : body.AsBytes;
        // JSON_BODY_AS_STRING: Envoy puts blanks for what is not UTF-8, and nothing in the text tells that it did.
        if (isText)
            writer?.MarkInexact();
        Of(direction).OnBody(bytes.Length, body.Truncated, isText && !IsLengthKept(body.AsString));
        writer?.Body(direction, new ReadOnlySequence<byte>(bytes.Memory), endOfStream: false, body.Truncated, at);
    }

    public void Trailers(MessageDirection direction, IReadOnlyList<HeaderValue> trailers, DateTimeOffset at)
    {
        LastAt = at;
        // The end of the request must come first: an answer that ends before its request is another fact.
        if (direction == MessageDirection.Response)
            End(MessageDirection.Request, at);
        Of(direction).OnEnded();
        writer?.Trailers(direction, TapHeaders.Serialize(trailers), at);
    }

    /// <summary>Ends what was whole, and closes.</summary>
    public void Close(CloseReason reason, DateTimeOffset at)
    {
        if (IsClosed)
            return;
        IsClosed = true;
        if (reason == CloseReason.SourceEnded && !_isUpgraded)
        {
            End(MessageDirection.Request, at);
            End(MessageDirection.Response, at);
        }

        writer?.Close(reason, at);
    }

    // Each replacement leaves a blank, and may stand for several bytes.
    private static bool IsLengthKept(string text) => Ascii.IsValid(text) && !text.Contains(' ', StringComparison.Ordinal);

    private void End(MessageDirection direction, DateTimeOffset at)
    {
        TapMessageProgress message = Of(direction);
        if (message.IsEnded || !message.WasWhole(direction, _isHead && direction == MessageDirection.Response))
            return;
        message.OnEnded();
        writer?.Body(direction, ReadOnlySequence<byte>.Empty, endOfStream: true, truncated: false, at);
    }

    private TapMessageProgress Of(MessageDirection direction) => direction == MessageDirection.Request ? _request : _response;
}
