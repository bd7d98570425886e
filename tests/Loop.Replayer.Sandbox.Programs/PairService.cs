using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>Asks for one price twice, the second time while the first answer is under way, and fails when it fell. <c>fixed</c> does not mind.</summary>
internal static class PairService
{
    // Long enough that the first is taken first, and far shorter than an answer takes.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(2);

    public static async Task<int> Run(int port, string build)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        while (true)
        {
            using Socket connection = await listener.AcceptAsync();
            string head = await HttpText.ReadHead(connection, CancellationToken.None);
            (int status, string json) = await Answer(client, HttpText.Field(head, "traceparent"), build);
            await connection.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Answered\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\nConnection: close\r\n\r\n{json}"));
        }
    }

    private static async Task<(int Status, string Json)> Answer(HttpClient client, string? trace, string build)
    {
        Task<int> first = Price(client, trace);
        await Task.Delay(Apart);
        Task<int> second = Price(client, trace);
        bool fell = await second < await first;
        return fell && build is not "fixed" ? (500, """{"error":"the price fell while it was read"}""") : (200, """{"ok":true}""");
    }

    private static async Task<int> Price(HttpClient client, string? trace)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "http://shop.example/price");
        if (trace is not null)
            request.Headers.Add("traceparent", trace);
        using HttpResponseMessage response = await client.SendAsync(request);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("price").GetInt32();
    }
}
