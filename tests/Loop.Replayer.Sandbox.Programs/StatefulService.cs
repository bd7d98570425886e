using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>
/// A service whose failure names all that it depends on: what it finds in its folder, its flags, which it fetches before it listens, the requests before,
/// how many it had at once, the caller's key, and its clock. <c>GET /visit</c> is counted, <c>GET /busy</c> takes a second, everything else fails.
/// </summary>
internal sealed class StatefulService
{
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(1);
    private string _flags = "none";
    private int _visits;
    private int _open;
    private int _mostOpen;

    public static async Task<int> Run(int port)
    {
        StatefulService service = new() { _flags = await Flags() };
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        while (true)
            _ = service.Serve(await listener.AcceptAsync());
    }

    private static async Task<string> Flags()
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        try
        {
            return await client.GetStringAsync(new Uri("http://flags.example/flags"));
        }
        catch (HttpRequestException)
        {
            return "none";
        }
    }

    private async Task Serve(Socket connection)
    {
        using Socket owned = connection;
        string[] head = (await HttpText.ReadHead(connection, CancellationToken.None)).Split("\r\n");
        string path = head[0].Split(' ') is [_, var target, ..] ? target : "/";
        _mostOpen = Math.Max(_mostOpen, Interlocked.Increment(ref _open));
        (int status, string body) = path switch
        {
            "/visit" => (200, $"visit {Interlocked.Increment(ref _visits)}"),
            "/health" => (204, ""),
            _ => (500, await Failure(head, path)),
        };
        Interlocked.Decrement(ref _open);
        await connection.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Answered\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
    }

    private async Task<string> Failure(string[] head, string path)
    {
        DateTime before = DateTime.UtcNow;
        await Task.Delay(path is "/busy" ? Work : TimeSpan.FromMilliseconds(50));
        string clock = DateTime.UtcNow == before ? "stands" : "runs";
        string row = File.Exists("row") ? (await File.ReadAllTextAsync("row")).Trim() : "none";
        string key = head.FirstOrDefault(line => line.StartsWith("x-api-key:", StringComparison.OrdinalIgnoreCase))?["x-api-key:".Length..].Trim() ?? "none";
        return $$"""{"error":"row {{row}}, flags {{_flags}}, visits {{_visits}}, at once {{_mostOpen}}, key {{key}}, clock {{clock}} in {{TimeZoneInfo.Local.Id}} and {{Environment.GetEnvironmentVariable("LC_ALL")}}"}""";
    }
}
