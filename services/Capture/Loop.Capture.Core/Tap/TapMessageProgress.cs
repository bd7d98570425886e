using Loop.Capture.Core.Intake;

namespace Loop.Capture.Core.Tap;

/// <summary>
/// How far one direction of a tapped exchange has come. Taps carry no end marker: whether a message that stopped was whole is told by its
/// content-length, by gRPC's trailers, or, where neither speaks, by the fact that the proxy ended the trace.
/// </summary>
internal struct TapMessageProgress
{
    private TapHeaderFacts? _headers;
    private long _bodySize;
    private bool _isSizeUnknown;

    public readonly bool IsBegun => _headers is not null;

    public bool IsEnded { get; private set; }

    /// <summary>No more of this answer can come: the announced length is there, or there is no body by definition.</summary>
    public readonly bool IsAnswerSurelyWhole(bool isAnswerToHead) =>
        _headers is { IsGrpc: false } headers && !_isSizeUnknown && (headers.IsBodyless || isAnswerToHead || headers.ContentLength == _bodySize);

    /// <summary>No more of this request can come: the announced length is there, or it is one that ordinarily has no body and announced none.</summary>
    public readonly bool IsRequestSurelyWhole() =>
        IsEnded || (_headers is { } headers && !_isSizeUnknown && (headers.ContentLength is { } length ? length == _bodySize : headers.IsOrdinarilyBodyless));

    public void OnHeaders(in TapHeaderFacts headers) => _headers = headers;

    public void OnBody(in TapBodyParts body)
    {
        _bodySize += body.Bytes.Length;
        _isSizeUnknown |= !body.IsLengthKnown;
    }

    public void OnEnded() => IsEnded = true;

    /// <summary>Whether the message was whole when the trace ended.</summary>
    public readonly bool WasWhole(MessageDirection direction, bool isAnswerToHead)
    {
        if (_headers is not { } headers)
            return false;
        if (IsEnded || _isSizeUnknown || headers.IsBodyless || isAnswerToHead)
            return true;
        if (headers.ContentLength is { } announced)
            return _bodySize >= announced;
        // A gRPC answer ends with its status, in trailers or in headers; without it the stream was cut.
        return direction == MessageDirection.Request || !headers.IsGrpc || headers.HasGrpcStatus;
    }
}
