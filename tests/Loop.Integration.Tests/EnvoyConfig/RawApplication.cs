using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.EnvoyConfig;

namespace Loop.Integration.Tests.EnvoyConfig;

/// <summary>A service that answers each connection's first request with given bytes: for what Kestrel does not write, such as trailers over HTTP/1.1.</summary>
internal sealed class RawApplication : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public RawApplication(string answer)
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.Latin1.GetBytes(answer));
    }

    public EnvoyAddress Address => EnvoyAddress.Loopback(((IPEndPoint)_listener.LocalEndpoint).Port);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task ServeAsync(byte[] answer)
    {
        while (true)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
            using StreamReader reader = new(client.GetStream(), Encoding.Latin1);
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
            {
            }

            await client.GetStream().WriteAsync(answer, _end.Token);
        }
    }
}
