using System.Buffers;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Intake;

/// <summary>Where every input delivers what it saw: the one way into the ring. Implementations never wait and never throw for what a peer sent.</summary>
public interface IExchangeIntake
{
    /// <summary>A shard of the ring for one connection (or one tap file reader, or one admin session). Dispose it when the connection ends; what it holds stays in the ring.</summary>
    IIntakeShard OpenShard(string connection);

    /// <summary>Counts bytes of an input that could not be decoded; <paramref name="detail"/> goes to the log at Debug.</summary>
    void OnMalformed(CaptureInput input, string detail);
}

/// <summary>The intake of one connection. Streams of the connection may call it from several threads at once.</summary>
public interface IIntakeShard : IDisposable
{
    /// <summary>Begins an exchange. Returns null when it must be shed (it is counted and journalled then).</summary>
    IExchangeWriter? Begin(in ExchangeSource source, DateTimeOffset arrivedAt);

    /// <summary>Records one access-log entry. One that was not written at the end of its exchange is counted and left out: it would be taken for another exchange.</summary>
    /// <param name="source">Who logged.</param>
    /// <param name="entry">A serialised <c>envoy.data.accesslog.v3.HTTPAccessLogEntry</c>.</param>
    /// <param name="arrivedAt">When it came.</param>
    void RecordAccessLog(in ExchangeSource source, in ReadOnlySequence<byte> entry, DateTimeOffset arrivedAt);
}

/// <summary>Who delivers an exchange.</summary>
/// <param name="Input">Which input.</param>
/// <param name="View">From <c>x-loop-direction</c>; <see cref="ExchangeView.Unknown"/> lets <c>xds.listener_direction</c> decide (1 = server, 2 = client).</param>
/// <param name="Service"><c>x-loop-service</c>; null when absent.</param>
/// <param name="Namespace"><c>x-loop-namespace</c>.</param>
/// <param name="Instance"><c>x-loop-instance</c>, else capture node + peer address.</param>
/// <param name="SideStreamTraceParent"><c>traceparent</c> of the side stream's own metadata: with tracing on and none in the request, the only place of the trace id (facts §11.5).</param>
public readonly record struct ExchangeSource(CaptureInput Input, ExchangeView View, string? Service, string? Namespace, string Instance, string? SideStreamTraceParent);

/// <summary>Direction of a part.</summary>
public enum MessageDirection
{
    /// <summary>Client to service.</summary>
    Request,

    /// <summary>Service to client.</summary>
    Response,
}

/// <summary>One exchange in progress. One caller at a time; bytes are copied before each call returns, once, into the ring's pages.</summary>
public interface IExchangeWriter
{
    /// <summary>Headers of one direction: a serialised <c>envoy.config.core.v3.HeaderMap</c>.</summary>
    void Headers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, bool endOfStream, DateTimeOffset at);

    /// <summary>A chunk of a body, possibly empty. <paramref name="truncated"/>: the proxy left bytes out after it.</summary>
    void Body(MessageDirection direction, in ReadOnlySequence<byte> chunk, bool endOfStream, bool truncated, DateTimeOffset at);

    /// <summary>Trailers: a serialised HeaderMap; they end the direction.</summary>
    void Trailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, DateTimeOffset at);

    /// <summary>Attributes of one direction: a serialised <c>google.protobuf.Struct</c> with Envoy's attribute names.</summary>
    void Attributes(MessageDirection direction, in ReadOnlySequence<byte> attributes);

    /// <summary>
    /// The exchange comes from a buffered tap: its headers were read after the router, so that their trace context is the outgoing one.
    /// <paramref name="connections"/> is a serialised <c>HttpBufferedTrace</c> with nothing but its connections, possibly empty.
    /// </summary>
    void Connections(in ReadOnlySequence<byte> connections, DateTimeOffset at);

    /// <summary>The source changed the bytes of bodies (tap's JSON_BODY_AS_STRING).</summary>
    void MarkInexact();

    /// <summary>True once the response ended: the collector may end the side stream with OK.</summary>
    bool IsResponseEnded { get; }

    /// <summary>No more will come. Idempotent. With an ended response it completes; without, it is broken off and waits (≤ 3 s) for its access log.</summary>
    void Close(CloseReason reason, DateTimeOffset at);
}

/// <summary>Why nothing more will come of an exchange.</summary>
public enum CloseReason
{
    /// <summary>The source ended it: half-close or reset of the side stream, end of the tap.</summary>
    SourceEnded,

    /// <summary>Capture ended, not the exchange: shutdown, the node sheds, or a side stream that was reset before anything of it was read. Never a trigger.</summary>
    CaptureEnded,
}
