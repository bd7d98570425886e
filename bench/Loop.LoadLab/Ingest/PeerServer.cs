using System.Net;
using Grpc.Core;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Loop.Protocols.Envoy.Service.Tap.V3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loop.LoadLab.Ingest;

/// <summary>
/// What loopd is compared with: a server that reads the same gRPC streams and forgets them. <c>generated</c> is how one writes it with grpc-dotnet and
/// generated messages; <c>raw</c> reads the request's pipe and discards, which is the least that Kestrel can do for a stream.
/// </summary>
internal static class PeerServer
{
    /// <summary>Runs until it is asked to stop; says where it listens on its first line.</summary>
    public static async Task Run(bool isRaw, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // The limits of loopd's capture listener, so that flow control is the same.
            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 * 1024 * 1024;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 16 * 1024 * 1024);
        await using WebApplication app = builder.Build();
        if (isRaw)
            app.Run(Discard);
        app.MapGrpcService<ProcessorPeer>();
        app.MapGrpcService<TapPeer>();
        await app.StartAsync(cancellationToken);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.WriteLine($"ready: port={new Uri(address).Port}");
        await ((IHost)app).WaitForShutdownAsync(cancellationToken);
    }

    private static async Task Discard(HttpContext context)
    {
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        context.Response.ContentType = "application/grpc";
        while (true)
        {
            System.IO.Pipelines.ReadResult read = await context.Request.BodyReader.ReadAsync();
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        if (context.Request.Path == IngestLoads.TapsPath)
            await context.Response.BodyWriter.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private sealed class ProcessorPeer : ExternalProcessor.ExternalProcessorBase
    {
        public override async Task Process(IAsyncStreamReader<ProcessingRequest> requestStream, IServerStreamWriter<ProcessingResponse> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext())
            {
                if (requestStream.Current.ResponseBody is { EndOfStream: true })
                    return;
            }
        }
    }

    private sealed class TapPeer : TapSinkService.TapSinkServiceBase
    {
        public override async Task<StreamTapsResponse> StreamTaps(IAsyncStreamReader<StreamTapsRequest> requestStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext())
            {
            }

            return new StreamTapsResponse();
        }
    }
}
