using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>The least of HTTP/1.1: one request without body per connection.</summary>
internal static class HttpText
{
    public static async Task<string> ReadHead(Socket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        int length = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, cancellationToken);
            if (count == 0)
                break;
            length += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    /// <summary>Value of a header; null when there is none.</summary>
    public static string? Field(string head, string name) => head.Split("\r\n").Select(line => line.Split(": ", 2))
        .FirstOrDefault(field => field[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];

    public static byte[] Answer(int status, string body) =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status} OK\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
}
