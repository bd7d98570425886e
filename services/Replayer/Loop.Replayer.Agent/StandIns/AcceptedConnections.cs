using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Kestrel's way to connections that others accepted: each was opened by a service in a network of its own. One per HTTP version.</summary>
internal sealed class AcceptedConnections : IConnectionListenerFactory
{
    /// <summary>Names the listener of HTTP/1.1; never bound.</summary>
    public static readonly IPEndPoint Http1 = new(IPAddress.Loopback, 1);

    /// <summary>Names the listener of HTTP/2 with prior knowledge; never bound.</summary>
    public static readonly IPEndPoint Http2 = new(IPAddress.Loopback, 2);

    private readonly Dictionary<EndPoint, Listener> _listeners = new() { [Http1] = new Listener(Http1), [Http2] = new Listener(Http2) };

    /// <summary>Hands a connection to Kestrel.</summary>
    public void Hand(ConnectionContext connection, EndPoint version) => _listeners[version].Hand(connection);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(_listeners[endpoint]);

    private sealed class Listener(EndPoint endPoint) : IConnectionListener
    {
        private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint => endPoint;

        public void Hand(ConnectionContext connection)
        {
            // Only an agent that ends has no room.
            if (!_waiting.Writer.TryWrite(connection))
                connection.Abort();
        }

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _waiting.Reader.WaitToReadAsync(cancellationToken) && _waiting.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _waiting.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
