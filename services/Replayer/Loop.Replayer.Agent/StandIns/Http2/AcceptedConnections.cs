using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Loop.Replayer.Agent.StandIns.Http2;

/// <summary>Kestrel's way to connections that others accepted: each was opened by a service in a network of its own.</summary>
internal sealed class AcceptedConnections : IConnectionListenerFactory, IConnectionListener
{
    /// <summary>Names the listener; never bound.</summary>
    public static readonly IPEndPoint Name = new(IPAddress.Loopback, 1);

    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

    /// <inheritdoc/>
    public EndPoint EndPoint => Name;

    /// <summary>Hands a connection to Kestrel.</summary>
    public void Hand(ConnectionContext connection)
    {
        // Only an agent that ends has no room.
        if (!_waiting.Writer.TryWrite(connection))
            connection.Abort();
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _waiting.Reader.WaitToReadAsync(cancellationToken) && _waiting.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();
}
