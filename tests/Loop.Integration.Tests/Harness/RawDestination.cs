using System.Net;
using System.Net.Sockets;
using Loop.EnvoyConfig.Running;

namespace Loop.Integration.Tests.Harness;

/// <summary>A destination that accepts connections, reads, and says what a test wants, or nothing for ever.</summary>
internal sealed class RawDestination : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _open = [];
    private readonly Task _serving;

    public RawDestination(byte[]? answer)
    {
        _listener.Start();
        _serving = Serve(answer);
    }

    public string Name => _listener.LocalEndpoint.ToString()!;

    /// <summary>An address on which nobody listens.</summary>
    public static string Nobody() => $"127.0.0.1:{FreePorts.Take()}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        foreach (Socket socket in _open)
            socket.Dispose();
    }

    private async Task Serve(byte[]? answer)
    {
        byte[] buffer = new byte[65_536];
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                _open.Add(socket);
                await socket.ReceiveAsync(buffer);
                if (answer is null)
                    continue;
                await socket.SendAsync(answer);
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
