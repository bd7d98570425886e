using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Loop.Replayer.Sandbox.Programs.Shop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A gRPC service that tells its types, unless it is <c>mute</c>. <c>dear</c> asks for more.</summary>
public static class PriceService
{
    /// <summary>A server, not started.</summary>
    public static WebApplication Build(int port, string build)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddGrpcReflection();
        builder.Services.AddSingleton(new Prices(build is "dear" ? 1300 : 1250));
        WebApplication application = builder.Build();
        application.MapGrpcService<Prices>();
        if (build is not "mute")
            application.MapGrpcReflectionService();
        return application;
    }

    internal static async Task<int> Run(int port, string build)
    {
        await Build(port, build).RunAsync();
        return 0;
    }

    private sealed class Prices(long cents) : Shop.Prices.PricesBase
    {
        public override Task<Price> Get(PriceRequest request, ServerCallContext context) =>
            Task.FromResult(new Price { Article = request.Article, Cents = cents, ValidUntil = Timestamp.FromDateTime(new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc)) });
    }
}
