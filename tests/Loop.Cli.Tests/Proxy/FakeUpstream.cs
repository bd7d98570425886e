using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Loop.Cli.Tests.Proxy;

/// <summary>A service with every shape of answer. It speaks HTTP/1.1 on one port and HTTP/2 on another.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeUpstream(WebApplication application) => _application = application;

    public Uri Http1 => new(_application.Urls.First());

    public Uri Http2 => new(_application.Urls.Last());

    /// <summary>Set when the hanging path was asked.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the answer that is broken off in the middle break off.</summary>
    public TaskCompletionSource HalfSeen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<FakeUpstream> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        WebApplication application = builder.Build();
        var upstream = new FakeUpstream(application);
        application.UseWebSockets();
        application.Run(upstream.Answer);
        await application.StartAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        string path = context.Request.Path.Value!.Split('/')[1];
        switch (path)
        {
            case "who":
                await context.Response.WriteAsync($"{context.Connection.RemotePort}");
                break;
            case "headers":
                string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
                await context.Response.WriteAsync($"{target} {context.Request.Headers.Host} {context.Request.Headers["x-request-id"]} {context.Request.Headers["traceparent"]}");
                break;
            case "echo":
                await context.Request.Body.CopyToAsync(context.Response.Body);
                break;
            case "swallow":
                await context.Request.Body.CopyToAsync(Stream.Null);
                break;
            case "grpc":
                await Grpc(context);
                break;
            case "reset-before":
                context.Abort();
                break;
            case "reset-mid":
                await context.Response.WriteAsync("{\"half\":");
                await context.Response.Body.FlushAsync();
                // A reset overtakes bytes that nobody has read yet.
                await HalfSeen.Task;
                context.Abort();
                break;
            case "hang":
                Hanging.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "nothing":
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "ws":
                using (System.Net.WebSockets.WebSocket socket = await context.WebSockets.AcceptWebSocketAsync())
                {
                    byte[] buffer = new byte[100];
                    var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
                    await socket.SendAsync(buffer.AsMemory(0, received.Count), System.Net.WebSockets.WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                    await socket.ReceiveAsync(buffer, CancellationToken.None);
                    await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                }

                break;
            default:
                await context.Response.WriteAsync("hello");
                break;
        }
    }

    private static async Task Grpc(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Request.Body.CopyToAsync(Stream.Null);
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("\0\0\0\0\u0003abc"));
        context.Response.AppendTrailer("grpc-status", "13");
        context.Response.AppendTrailer("grpc-message", "broken");
    }
}
