using System.Net;
using System.Net.Sockets;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A service: <c>GET /fetch/URL</c> calls the URL and answers with what came; everything else answers with the service's host name.</summary>
internal static class WebService
{
    public static async Task<int> Run(int port)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        Console.WriteLine($"listening on {port}");
        while (true)
            _ = Serve(await listener.AcceptAsync(), client);
    }

    private static async Task Serve(Socket connection, HttpClient client)
    {
        using Socket owned = connection;
        string head = await HttpText.ReadHead(connection, CancellationToken.None);
        string path = head.Split(' ') is [_, var target, ..] ? target : "/";
        string answer = path.Split('/', 4) switch
        {
            [_, "fetch", ..] => await Fetch(path[7..], client),
            [_, "door", var door, var argument] => Doors.Try(door, Uri.UnescapeDataString(argument)),
            _ => "I am " + Environment.MachineName,
        };
        await connection.SendAsync(HttpText.Answer(200, answer));
    }

    private static async Task<string> Fetch(string url, HttpClient client)
    {
        try
        {
            return await client.GetStringAsync(new Uri(url));
        }
        catch (HttpRequestException error)
        {
            return $"failed: {error.HttpRequestError} {(error.InnerException as SocketException)?.SocketErrorCode}";
        }
    }
}
