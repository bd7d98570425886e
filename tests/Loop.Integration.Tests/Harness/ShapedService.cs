using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Loop.EnvoyConfig;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Integration.Tests.Harness;

/// <summary>A service whose paths name the shape of the answer. Two ports: HTTP/1.1 and cleartext HTTP/2.</summary>
internal sealed class ShapedService : IAsyncDisposable
{
    public const string GzipText = """{"error":"the answer was compressed on the wire"}""";
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    private ShapedService(WebApplication application) => _application = application;

    public EnvoyAddress Http1 => Addresses[0];

    public EnvoyAddress Http2 => Addresses[1];

    /// <summary>Answers paths that are not known here.</summary>
    public Func<HttpContext, Task>? Other { get; set; }

    private EnvoyAddress[] Addresses =>
        [.. _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(url => EnvoyAddress.Loopback(new Uri(url).Port))];

    public static async Task<ShapedService> Start(Func<HttpContext, Task>? other = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var service = new ShapedService(builder.Build()) { Other = other };
        service._application.UseWebSockets();
        service._application.Run(service.Answer);
        await service._application.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        HttpResponse response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/healthy":
                await response.WriteAsync("fine");
                break;
            case "/nothing":
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "/broken":
                response.StatusCode = 500;
                response.ContentType = "application/json";
                await response.WriteAsync($$"""{"error":"broken","received":{{(await Read(context)).Length}}}""");
                break;
            case "/mirror":
                byte[] body = await Read(context);
                response.StatusCode = 500;
                response.ContentType = context.Request.ContentType;
                await response.Body.WriteAsync(body);
                break;
            case "/gzip":
                response.StatusCode = 500;
                (response.ContentType, response.Headers.ContentEncoding) = ("application/json", "gzip");
                await response.Body.WriteAsync(Gzip(GzipText));
                break;
            case "/reset":
                context.Abort();
                break;
            case "/half":
                response.ContentLength = 1000;
                await response.WriteAsync("one half");
                await response.Body.FlushAsync();
                await Gate(context.Request.QueryString.Value).Task;
                context.Abort();
                break;
            case "/hang":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "/events":
                await Events(response);
                break;
            case "/socket":
                await Echo(await context.WebSockets.AcceptWebSocketAsync());
                break;
            case "/flaky":
                response.StatusCode = _calls.AddOrUpdate(context.Request.QueryString.Value ?? "", 1, (_, calls) => calls + 1) == 1 ? 503 : 200;
                await response.WriteAsync($"status {response.StatusCode}");
                break;
            case "/test.Orders/FailInTrailers":
                await Read(context);
                response.ContentType = "application/grpc";
                await response.Body.WriteAsync(GrpcMessage("partial"));
                response.AppendTrailer("grpc-status", "13");
                response.AppendTrailer("grpc-message", "broken inside");
                break;
            case "/test.Orders/FailInHeaders":
                await Read(context);
                response.ContentType = "application/grpc";
                (response.Headers["grpc-status"], response.Headers["grpc-message"]) = ("14", "try later");
                break;
            case "/download":
                await Download(context, long.Parse(context.Request.Query["bytes"].ToString()));
                break;
            default:
                await (Other?.Invoke(context) ?? response.WriteAsync("fine"));
                break;
        }
    }

    /// <summary>Lets the service break off the answer of <c>/half?key</c>, which it holds until then: the client has seen its beginning.</summary>
    public void BreakOff(string key) => Gate("?" + key).SetResult();

    /// <summary>A length-prefixed message of gRPC, uncompressed.</summary>
    public static byte[] GrpcMessage(string text) => [0, 0, 0, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private TaskCompletionSource Gate(string? key) => _gates.GetOrAdd(key ?? "", _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static byte[] Gzip(string text)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return target.ToArray();
    }

    private static async Task<byte[]> Read(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static async Task Events(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        for (int number = 1; number <= 5; number++)
        {
            await response.WriteAsync($"data: event {number}\n\n");
            await response.Body.FlushAsync();
        }
    }

    private static async Task Echo(WebSocket socket)
    {
        byte[] buffer = new byte[1024];
        WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, CancellationToken.None);
        await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, endOfMessage: true, CancellationToken.None);
        await socket.ReceiveAsync(buffer, CancellationToken.None);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async Task Download(HttpContext context, long bytes)
    {
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        context.Response.ContentLength = bytes;
        byte[] block = new byte[64 * 1024];
        for (long left = bytes; left > 0; left -= block.Length)
            await context.Response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), context.RequestAborted);
    }
}
