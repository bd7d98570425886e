using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Calls;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>
/// Lets the replayer connect to ports of live services through a unix socket on the host, in a folder that no service sees.
/// The client writes <c>service port\n</c>, reads <c>ok\n</c> or a reason, and speaks to the service from then on.
/// </summary>
internal sealed class DialServer(ISandboxNetwork network)
{
    private const int HeaderLimit = 128;

    public async Task Serve(string path, CancellationToken cancellationToken)
    {
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(128);
        try
        {
            while (true)
                _ = Dial(await listener.AcceptAsync(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The sandbox ends.
        }
    }

    private async Task Dial(Socket client, CancellationToken cancellationToken)
    {
        using Socket owned = client;
        try
        {
            if (await ReadHeader(client, cancellationToken) is not [var service, var portText] || !int.TryParse(portText, out int port))
                return;
            Socket connection;
            try
            {
                connection = await network.Connect(service, port, cancellationToken);
            }
            catch (SocketException error)
            {
                await client.SendAsync(Encoding.UTF8.GetBytes(error.Message.ReplaceLineEndings(" ") + "\n"), SocketFlags.None, cancellationToken);
                return;
            }

            await client.SendAsync("ok\n"u8.ToArray(), SocketFlags.None, cancellationToken);
            await SocketRelay.Run(client, connection, cancellationToken);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone.
        }
    }

    // Byte by byte: what follows the line belongs to the service.
    private static async Task<string[]?> ReadHeader(Socket client, CancellationToken cancellationToken)
    {
        byte[] header = new byte[HeaderLimit];
        for (int length = 0; length < header.Length; length++)
        {
            if (await client.ReceiveAsync(header.AsMemory(length, 1), SocketFlags.None, cancellationToken) == 0)
                return null;
            if (header[length] == '\n')
                return Encoding.UTF8.GetString(header, 0, length).Split(' ');
        }

        return null;
    }
}
