using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A service whose failure holds values that are new each time. <c>planted</c> makes one of them wrong; <c>fixed</c> does not fail.</summary>
public static class NoisyService
{
    // So many that the noise is a small part of the answer.
    private static readonly string[] Basket = ["tea", "cup", "spoon", "kettle", "sugar", "milk", "filter", "plate", "saucer", "honey"];

    /// <summary>The answer of a build.</summary>
    public static (int Status, string Json) Answer(string build)
    {
        if (build is "fixed")
            return (200, """{"total":12.5}""");
        string incident = build is "planted" ? "none" : Guid.NewGuid().ToString();
        return (500, JsonSerializer.Serialize(new
        {
            error = "no price for tea",
            incident,
            retryAt = DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds(),
            basket = Basket,
        }));
    }

    internal static async Task<int> Run(int port, string build)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        while (true)
        {
            using Socket client = await listener.AcceptAsync();
            await HttpText.ReadHead(client, CancellationToken.None);
            (int status, string json) = Answer(build);
            await client.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Answered\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\nConnection: close\r\n\r\n{json}"));
        }
    }
}
