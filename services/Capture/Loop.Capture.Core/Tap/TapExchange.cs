using System.Buffers;
using Loop.Capture.Core.Intake;

namespace Loop.Capture.Core.Tap;

/// <summary>One tapped exchange on its way into the ring.</summary>
internal sealed class TapExchange
{
    private IExchangeWriter? _writer;
    private TapMessageProgress _request;
    private TapMessageProgress _response;
    private bool _isHead;
    private bool _isConnect;
    private bool _isUpgraded;

    /// <summary>When its latest part came.</summary>
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>Nothing more is taken.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The ring refused it; its parts are taken and dropped.</summary>
    public bool IsShed => _writer is null;

    /// <summary>The response is there to its last byte, by what its headers announced.</summary>
    public bool IsSurelyWhole => !_isUpgraded && _response.IsAnswerSurelyWhole(_isHead) && (!_request.IsBegun || _request.IsRequestSurelyWhole());

    /// <summary>Begins, or begins anew.</summary>
    public TapExchange Begin(IExchangeWriter? writer, DateTimeOffset at)
    {
        (_writer, LastAt, IsClosed) = (writer, at, false);
        (_request, _response) = (default, default);
        (_isHead, _isConnect, _isUpgraded) = (false, false, false);
        return this;
    }

    public void Headers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, in TapHeaderFacts facts, DateTimeOffset at)
    {
        LastAt = at;
        Of(direction).OnHeaders(facts);
        if (direction == MessageDirection.Request)
            (_isHead, _isConnect) = (facts.IsHead, facts.IsConnect);
        else
            _isUpgraded = facts.Status == 101 || (_isConnect && facts.Status is >= 200 and < 300);
        _writer?.Headers(direction, headerMap, endOfStream: false, at);
    }

    public void Body(MessageDirection direction, in TapBodyParts body, DateTimeOffset at)
    {
        LastAt = at;
        // Nothing in the text tells whether it is what crossed the wire.
        if (body.IsText)
            _writer?.MarkInexact();
        Of(direction).OnBody(body);
        _writer?.Body(direction, body.Bytes, endOfStream: false, body.IsTruncated, at);
    }

    public void Trailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, DateTimeOffset at)
    {
        LastAt = at;
        // The end of the request must come first: an answer that ends before its request is another fact.
        if (direction == MessageDirection.Response)
            End(MessageDirection.Request, at);
        Of(direction).OnEnded();
        _writer?.Trailers(direction, headerMap, at);
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

        _writer?.Close(reason, at);
    }

    private void End(MessageDirection direction, DateTimeOffset at)
    {
        ref TapMessageProgress message = ref Of(direction);
        if (message.IsEnded || !message.WasWhole(direction, _isHead && direction == MessageDirection.Response))
            return;
        message.OnEnded();
        _writer?.Body(direction, ReadOnlySequence<byte>.Empty, endOfStream: true, truncated: false, at);
    }

    private ref TapMessageProgress Of(MessageDirection direction) => ref direction == MessageDirection.Request ? ref _request : ref _response;
}
