using System.Net.Http;
using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Wire;

/// <summary>
/// Opens the one connection of a send. A second call is refused: the HTTP stack would otherwise connect again and send the request twice when a
/// connection dies early.
/// </summary>
public abstract class WireConnector
{
    private int _connections;

    /// <summary>Name of the other end for messages, <c>host:port</c>; also the request's URL, whose host nobody resolves.</summary>
    public abstract string Name { get; }

    /// <summary>TLS.</summary>
    public virtual bool IsSecure => false;

    /// <summary>Why no connection came about; null while none failed.</summary>
    public (AnswerOutcome Outcome, string Detail)? Failure { get; protected set; }

    /// <summary>True once the request can have left.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken) => Connect(cancellationToken);

    /// <summary>Opens the connection; a second call is refused.</summary>
    public async ValueTask<Stream> Connect(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _connections) > 1)
            throw new IOException("The connection ended before an answer; a replay never sends twice.");
        Stream stream = await Open(cancellationToken);
        IsConnected = true;
        return stream;
    }

    /// <summary>Opens it; a failure is told by <see cref="Failure"/> and by an exception.</summary>
    protected abstract ValueTask<Stream> Open(CancellationToken cancellationToken);
}
