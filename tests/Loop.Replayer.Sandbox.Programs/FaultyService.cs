using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>Services that do what no service should.</summary>
internal static class FaultyService
{
    /// <summary>Takes every connection and answers none.</summary>
    public static async Task<int> Mute(int port)
    {
        using Socket listener = Listen(port);
        List<Socket> held = [];
        while (true)
            held.Add(await listener.AcceptAsync());
    }

    /// <summary>Ends in the middle of its first answer.</summary>
    public static async Task<int> Dying(int port)
    {
        using Socket listener = Listen(port);
        using Socket client = await listener.AcceptAsync();
        await HttpText.ReadHead(client, CancellationToken.None);
        await client.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 500 Failed\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"error\""));
        Console.WriteLine("giving up");
        // Without the end that the kernel would give the connection if it were closed.
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        return 9;
    }

    /// <summary>Leaves a child in a session of its own behind and ends, as daemons do.</summary>
    public static int Daemon(string port)
    {
        using Process child = Process.Start("setsid", ["--fork", Environment.ProcessPath!, "web", port]);
        child.WaitForExit();
        return 0;
    }

    private static Socket Listen(int port)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        return listener;
    }
}
