using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Tests.Support;

/// <summary>What a destination received.</summary>
public sealed record Received(string Method, string Path, string Protocol, string Host, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A real Kestrel on loopback, port 0.</summary>
public sealed class TestDestination : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestDestination(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Requests { get; } = [];

    public int Port { get; private set; }

    public string Name => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static async Task<TestDestination> Start(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        WebApplication app = builder.Build();
        TestDestination destination = new(app);
        app.Run(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            destination.Requests.Enqueue(new Received(
                context.Request.Method,
                context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
                context.Request.Protocol,
                context.Request.Host.Value ?? "",
                context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
                body.ToArray()));
            await answer(context);
        });
        await app.StartAsync();
        destination.Port = new Uri(app.Urls.Single()).Port;
        return destination;
    }

    public static Task<TestDestination> Answering(int status, string body, string contentType = "application/json", HttpProtocols protocols = HttpProtocols.Http1) =>
        Start(
            async context =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = contentType;
                await context.Response.WriteAsync(body);
            },
            protocols);

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>A socket on loopback that answers one connection with raw bytes and then closes or resets it.</summary>
public sealed class RawDestination : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    private RawDestination(byte[] answer, bool reset)
    {
        _listener.Start();
        _serving = Serve(answer, reset);
    }

    public string Name => _listener.LocalEndpoint.ToString()!;

    public int Connections { get; private set; }

    public static RawDestination Answering(string answer, bool reset = false) => new(System.Text.Encoding.Latin1.GetBytes(answer), reset);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task Serve(byte[] answer, bool reset)
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptSocketAsync();
                Connections++;
                byte[] buffer = new byte[65536];
                await socket.ReceiveAsync(buffer);
                await socket.SendAsync(answer);
                if (reset)
                {
                    // A zero linger turns the close into a RST.
                    socket.LingerState = new LingerOption(true, 0);
                    continue;
                }
                // A close with bytes unread is a RST too, which takes the answer from a client that has not read it yet.
                socket.Shutdown(SocketShutdown.Send);
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                }
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
        catch (Exception stopped) when (stopped is ObjectDisposedException or InvalidOperationException)
        {
            // The same, when it was stopped before the next accept.
        }
    }
}
