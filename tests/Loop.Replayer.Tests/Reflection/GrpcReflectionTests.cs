using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Reflection;
using Loop.Replayer.Sandbox.Programs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Replayer.Tests.Reflection;

/// <summary>A real gRPC server, asked over a real connection.</summary>
public sealed class GrpcReflectionTests
{
    private const string Method = "/test.shop.Prices/Get";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, "reflection (grpc.reflection.v1)")]
    [InlineData(true, "reflection (grpc.reflection.v1alpha)")]
    public async Task Ask_ServerThatTells_GivesTheTypesOfItsMethods(bool isOld, string detail)
    {
        await using WebApplication server = PriceService.Build(0, "cheap");
        if (isOld)
            server.Use(static (context, next) => context.Request.Path.StartsWithSegments("/grpc.reflection.v1.ServerReflection") ? Unimplemented(context) : next(context));
        await server.StartAsync(Cancellation);

        ReflectedTypes told = await Ask(server);

        Assert.Equal(("prices", detail), (told.Service, told.Detail));
        Assert.NotNull(told.Types.Method(Method));
        Assert.Null(told.Types.Method("/test.shop.Prices/Put"));
    }

    [Fact]
    public async Task Ask_ServerWithoutReflection_LeavesTheWireForm()
    {
        await using WebApplication server = PriceService.Build(0, "mute");
        await server.StartAsync(Cancellation);

        ReflectedTypes told = await Ask(server);

        Assert.StartsWith("their wire form, since reflection failed: Unimplemented", told.Detail, StringComparison.Ordinal);
        Assert.Null(told.Types.Method(Method));
    }

    [Theory]
    [InlineData("", "reflection failed: ")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "reflection failed: ")]
    [InlineData(null, "it did not answer to reflection within ")]
    public async Task Ask_ServerOfAnotherKind_LeavesTheWireForm(string? says, string why)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = Serve(listener, says);

        ReflectedTypes told = await GrpcReflection.Ask("prices", token => Dial(((IPEndPoint)listener.LocalEndpoint).Port, token), says is null ? TimeSpan.FromSeconds(1) : Limit, Cancellation);

        Assert.StartsWith("their wire form, since " + why, told.Detail, StringComparison.Ordinal);
        listener.Stop();
        await serving;
    }

    private static async Task Serve(TcpListener listener, string? says)
    {
        List<TcpClient> open = [];
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(Cancellation);
                open.Add(client);
                if (says is null)
                    continue;
                await client.Client.SendAsync(System.Text.Encoding.ASCII.GetBytes(says));
                client.Close();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Stopped, while it waited or between two of them.
            open.ForEach(client => client.Dispose());
        }
    }

    private static async Task Unimplemented(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = "12";
        await context.Response.StartAsync();
    }

    private static Task<ReflectedTypes> Ask(WebApplication server)
    {
        int port = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)).Port;
        return GrpcReflection.Ask("prices", token => Dial(port, token), Limit, Cancellation);
    }

    private static async ValueTask<Stream> Dial(int port, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
