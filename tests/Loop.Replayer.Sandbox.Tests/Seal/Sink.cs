using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Sandbox.Tests.Seal;

/// <summary>What is real behind the fence: listens on the host and says whether anything arrived.</summary>
internal sealed class Sink : IDisposable
{
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _socket;

    private Sink(Socket socket)
    {
        _socket = socket;
        _ = Listen();
    }

    /// <summary>Completes when the token has arrived.</summary>
    public Task Heard => _heard.Task;

    public string Address => _socket.LocalEndPoint!.ToString()!;

    public static Sink Tcp() => Stream(AddressFamily.InterNetwork, new IPEndPoint(IPAddress.Loopback, 0));

    public static Sink Unix(string path) => Stream(AddressFamily.Unix, new UnixDomainSocketEndPoint(path));

    public static Sink Udp()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Sink(socket);
    }

    public void Dispose() => _socket.Dispose();

    private static Sink Stream(AddressFamily family, EndPoint endpoint)
    {
        Socket socket = new(family, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endpoint);
        socket.Listen();
        return new Sink(socket);
    }

    private async Task Listen()
    {
        byte[] buffer = new byte[64];
        try
        {
            while (true)
            {
                using Socket? connection = _socket.SocketType is SocketType.Stream ? await _socket.AcceptAsync() : null;
                int count = await (connection ?? _socket).ReceiveAsync(buffer);
                if (Encoding.ASCII.GetString(buffer, 0, count) is "escaped")
                    _heard.TrySetResult();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
