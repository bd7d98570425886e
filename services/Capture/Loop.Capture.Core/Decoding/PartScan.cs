#pragma warning disable CA1822 // signatures first
using System.Buffers;
using Loop.Capture.Core.Intake;

namespace Loop.Capture.Core.Decoding;

/// <summary>
/// What the ring must know of an exchange while it arrives: its keys, its outcome, its addresses. Reusable and free of garbage;
/// never throws for what a peer sent. One caller at a time.
/// </summary>
public sealed class PartScan
{
    /// <summary>Hashes of the trace keys found so far, each once.</summary>
    public ReadOnlySpan<ulong> KeyHashes => [];

    /// <summary>HTTP status; 0 while unknown.</summary>
    public int Status { get; private set; }

    /// <summary>gRPC status; -1 while unknown.</summary>
    public int GrpcStatus { get; private set; }

    /// <summary>Envoy's response flags as bits, see <see cref="ResponseFlagNames"/>.</summary>
    public ulong ResponseFlags { get; private set; }

    /// <summary>True after 101, or CONNECT answered 2xx: what follows is an opaque stream.</summary>
    public bool IsUpgrade { get; private set; }

    /// <summary><c>xds.listener_direction</c>: 1 inbound, 2 outbound, 0 unknown.</summary>
    public int ListenerDirection { get; private set; }

    /// <summary>A part was not the message that it should be; what could be read before was read.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Hash of the <c>x-request-id</c> key; 0 when there is none.</summary>
    public ulong RequestIdHash { get; private set; }

    /// <summary>The caller's <c>ip:port</c>; null while unknown. Allocates when asked.</summary>
    public string? DownstreamRemote => null;

    /// <summary>Hash of <see cref="DownstreamRemote"/>, 0 while unknown; asking is free.</summary>
    public ulong DownstreamRemoteHash { get; private set; }

    /// <summary>Forgets everything, for the next exchange.</summary>
    public void Reset()
    {
    }

    /// <summary>Reads a serialised HeaderMap.</summary>
    public void ScanHeaders(MessageDirection direction, in ReadOnlySequence<byte> headerMap)
    {
    }

    /// <summary>Reads the HeaderMap of trailers.</summary>
    public void ScanTrailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap)
    {
    }

    /// <summary>Reads a serialised Struct of attributes.</summary>
    public void ScanAttributes(MessageDirection direction, in ReadOnlySequence<byte> structBytes)
    {
    }

    /// <summary>Reads a serialised access-log entry.</summary>
    public void ScanAccessLog(in ReadOnlySequence<byte> entry)
    {
    }

    /// <summary>Reads the <c>traceparent</c> of the side stream's metadata.</summary>
    public void ScanTraceParent(string? sideStreamTraceParent)
    {
    }
}
