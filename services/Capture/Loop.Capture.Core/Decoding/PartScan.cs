using System.Buffers;
using System.Text;
using Loop.Capture.Core.Intake;

namespace Loop.Capture.Core.Decoding;

/// <summary>
/// What the ring must know of an exchange while it arrives: its keys, its outcome, its addresses. Reusable and free of garbage;
/// never throws for what a peer sent. One caller at a time.
/// </summary>
public sealed partial class PartScan
{
    /// <summary>Keys beyond this number are not indexed: only a hostile request carries so many ids.</summary>
    public const int MaxKeys = 16;

    private readonly ulong[] _keyHashes = new ulong[MaxKeys];
    private readonly byte[] _downstreamRemote = new byte[128];
    private int _keyCount;
    private int _downstreamRemoteLength;
    private bool _hasRequest;
    private bool _isConnect;
    private bool _hasGrpcTrailer;

    /// <summary>Begins empty.</summary>
    public PartScan() => Reset();

    /// <summary>Hashes of the trace keys found so far, each once.</summary>
    public ReadOnlySpan<ulong> KeyHashes => _keyHashes.AsSpan(0, _keyCount);

    /// <summary>HTTP status; 0 while unknown.</summary>
    public int Status { get; private set; }

    /// <summary>gRPC status; -1 while unknown.</summary>
    public int GrpcStatus { get; private set; }

    /// <summary>Envoy's response flags as bits, see <see cref="ResponseFlagNames"/>.</summary>
    public ulong ResponseFlags { get; private set; }

    /// <summary>True after 101, or CONNECT answered 2xx: what follows is an opaque stream.</summary>
    public bool IsUpgrade => Status == 101 || (_isConnect && Status is >= 200 and < 300);

    /// <summary><c>xds.listener_direction</c>: 1 inbound, 2 outbound, 0 unknown.</summary>
    public int ListenerDirection { get; private set; }

    /// <summary>A part was not the message that it should be; what could be read before was read.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Hash of the first <c>x-request-id</c> key; 0 when there is none.</summary>
    public ulong RequestIdHash { get; private set; }

    /// <summary>The caller's <c>ip:port</c>; null while unknown. Allocates when asked.</summary>
    public string? DownstreamRemote => _downstreamRemoteLength == 0 ? null : Encoding.Latin1.GetString(_downstreamRemote, 0, _downstreamRemoteLength);

    /// <summary>Hash of <see cref="DownstreamRemote"/>, 0 while unknown; asking is free.</summary>
    public ulong DownstreamRemoteHash { get; private set; }

    /// <summary>Forgets everything, for the next exchange.</summary>
    public void Reset()
    {
        _keyCount = _downstreamRemoteLength = Status = ListenerDirection = 0;
        _hasRequest = _isConnect = _hasGrpcTrailer = IsMalformed = false;
        GrpcStatus = -1;
        ResponseFlags = RequestIdHash = DownstreamRemoteHash = _logType = 0;
    }

    /// <summary>Reads a serialised HeaderMap.</summary>
    public void ScanHeaders(MessageDirection direction, in ReadOnlySequence<byte> headerMap)
    {
        using var bytes = new ContiguousBytes(headerMap);
        _hasRequest |= direction == MessageDirection.Request;
        var headers = new HeaderMapWalker(bytes.Span);
        while (headers.Next())
            OnHeader(direction, headers.Name, headers.Value);
        IsMalformed |= headers.IsMalformed;
    }

    /// <summary>Reads the HeaderMap of trailers.</summary>
    public void ScanTrailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap)
    {
        using var bytes = new ContiguousBytes(headerMap);
        var headers = new HeaderMapWalker(bytes.Span);
        while (headers.Next())
        {
            if (direction == MessageDirection.Response)
                OnResponseTrailer(headers.Name, headers.Value);
        }

        IsMalformed |= headers.IsMalformed;
    }

    /// <summary>Reads a serialised Struct of attributes.</summary>
    public void ScanAttributes(MessageDirection direction, in ReadOnlySequence<byte> structBytes)
    {
        using var bytes = new ContiguousBytes(structBytes);
        var attributes = new AttributeWalker(bytes.Span);
        scoped ReadOnlySpan<byte> sourceAddress = default;
        ulong? sourcePort = null;
        while (attributes.Next())
        {
            if (attributes.Name.SequenceEqual("source.address"u8))
                sourceAddress = attributes.Text;
            else if (attributes.Name.SequenceEqual("source.port"u8))
                sourcePort = attributes.Number;
            else
                OnAttribute(in attributes);
        }

        if (!sourceAddress.IsEmpty)
            SetDownstreamRemote(sourceAddress, sourcePort);
        IsMalformed |= attributes.IsMalformed;
    }

    /// <summary>Reads the <c>traceparent</c> of the side stream's metadata.</summary>
    public void ScanTraceParent(string? sideStreamTraceParent)
    {
        if (sideStreamTraceParent is not null)
            Add(TraceKeyScanner.Hash(TraceKeyScanner.Form.TraceParent, sideStreamTraceParent.AsSpan()));
    }
}
