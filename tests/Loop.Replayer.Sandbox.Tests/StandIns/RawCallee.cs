using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>A network in which whoever is called is one socket, served once.</summary>
internal sealed class RawCallee : ISandboxNetwork, IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <param name="serve">Speaks with its caller; what it returns is what it heard.</param>
    public RawCallee(Func<Socket, Task<string>> serve)
    {
        _listener.Start();
        Heard = Serve(serve);
    }

    public Task<string> Heard { get; }

    public async Task<Socket> Connect(string service, int port, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_listener.LocalEndpoint, cancellationToken);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        try
        {
            await Heard;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody called.
        }
    }

    private async Task<string> Serve(Func<Socket, Task<string>> serve)
    {
        using Socket caller = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        return await serve(caller);
    }
}
