using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>
/// A request of a live service and the way back to it, in whichever HTTP version its connection speaks. Read and answered by one task; body and answer are
/// passed in pieces, so that neither has to be in memory as a whole.
/// </summary>
internal interface ICallExchange
{
    /// <summary>The connection that it came on.</summary>
    OutgoingCall Connection { get; }

    /// <summary>True for HTTP/2.</summary>
    bool IsHttp2 { get; }

    /// <summary>Method, as sent.</summary>
    string Method { get; }

    /// <summary>Target, as sent.</summary>
    string Target { get; }

    /// <summary>Whom the request names in <c>Host</c> or <c>:authority</c>; empty when nobody.</summary>
    string Authority { get; }

    /// <summary>The other header fields in the order of the wire, names in lower case; without <c>host</c> and pseudo headers.</summary>
    IEnumerable<HeaderField> Headers { get; }

    /// <summary>Fields behind the request's body; known at its end.</summary>
    IReadOnlyList<HeaderField> Trailers { get; }

    /// <summary>Cancelled when the caller hangs up.</summary>
    CancellationToken Aborted { get; }

    /// <summary>
    /// When the last bytes of the answer, or its reset, began to leave (HTTP/2: the end of the stream, behind its bytes); null while it has not ended. A caller
    /// may have them, and make its next call, before whoever sent them goes on.
    /// </summary>
    DateTimeOffset? EndedAt { get; }

    /// <summary>The next bytes of the request's body, at least one; 0 at its end.</summary>
    ValueTask<int> Read(Memory<byte> into, CancellationToken cancellationToken);

    /// <summary>Begins the answer. Nothing is sent before <see cref="Write"/>, <see cref="Flush"/> or an end.</summary>
    void Begin(AnswerStart start);

    /// <summary>Sends the next bytes of the answer's body, and waits while the caller does not take them.</summary>
    ValueTask Write(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Sends what was begun, for answers whose body is still to come.</summary>
    ValueTask Flush(CancellationToken cancellationToken);

    /// <summary>Ends the answer.</summary>
    ValueTask End(IReadOnlyList<HeaderField> trailers, CancellationToken cancellationToken);

    /// <summary>Ends the answer where it is, after what was written: by an end of the connection or, when told so, by a reset.</summary>
    ValueTask BreakOff(bool byReset, CancellationToken cancellationToken);

    /// <summary>Ends the connection (HTTP/1.1) or the stream (HTTP/2) with a reset at once; what was not sent yet is lost.</summary>
    void Reset();
}

/// <summary>How an answer begins.</summary>
/// <param name="Status">Status.</param>
/// <param name="Headers">In order; pseudo headers and fields of the connection that it was recorded on are left out.</param>
/// <param name="BodyBytes">Length of the body that follows; null while it is not known.</param>
/// <param name="HasTrailers">True when trailers may follow.</param>
internal readonly record struct AnswerStart(int Status, IReadOnlyList<HeaderField> Headers, long? BodyBytes, bool HasTrailers = false);
