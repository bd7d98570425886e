using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;

namespace Loop.Cli.Proxy;

/// <summary>
/// Connections to upstreams, and which one a request used: the two views of a hop are paired by these addresses.
/// HTTP/1.1 writes a request on the flow that sends it, so the stream knows whose it is. HTTP/2 writes on a flow of its own: there the
/// addresses are known only while the upstream has a single connection, and left out otherwise.
/// </summary>
internal sealed class UpstreamConnections : IDisposable
{
    private static readonly AsyncLocal<UpstreamAddresses?> Current = new();
    private readonly ConcurrentDictionary<TrackedStream, bool> _multiplexed = new();
    private readonly TimeSpan _connectTimeout;

    public UpstreamConnections(TimeSpan connectTimeout)
    {
        _connectTimeout = connectTimeout;
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            // A proxy without tracing passes the caller's trace context on unchanged.
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            // Header bytes that are no UTF-8 go through as they came.
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ConnectCallback = Connect,
        });
    }

    /// <summary>Sends requests over these connections.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>From here on the current flow's request reports its connection to <paramref name="addresses"/>.</summary>
    public static void Watch(UpstreamAddresses addresses) => Current.Value = addresses;

    /// <summary>The addresses of the only HTTP/2 connection to an upstream; null when there are several.</summary>
    public UpstreamAddresses? OnlyMultiplexed(string authority)
    {
        List<TrackedStream> streams = [.. _multiplexed.Keys.Where(stream => stream.Authority == authority).Take(2)];
        return streams.Count == 1 ? new UpstreamAddresses { Local = streams[0].Local, Remote = streams[0].Remote } : null;
    }

    public void Dispose() => Invoker.Dispose();

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_connectTimeout);
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, limit.Token);
            bool isMultiplexed = context.InitialRequestMessage.Version.Major >= 2;
            var stream = new TrackedStream(socket, $"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}", isMultiplexed ? null : () => Current.Value, Forget);
            if (isMultiplexed)
                _multiplexed[stream] = true;
            return stream;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new UpstreamConnectException(exception);
        }
    }

    private void Forget(TrackedStream stream) => _multiplexed.TryRemove(stream, out _);
}

/// <summary>No connection to the upstream.</summary>
internal sealed class UpstreamConnectException(Exception inner) : IOException("No connection to the upstream", inner);

/// <summary>Both ends of the connection that a request went over.</summary>
internal sealed class UpstreamAddresses
{
    public IPEndPoint? Local { get; set; }

    public IPEndPoint? Remote { get; set; }
}
