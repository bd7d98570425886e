using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Loop.Contracts.Conversations;
using Loop.EnvoyConfig.Running;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Loop.Store.Files;
using Loop.Store.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;

namespace Loop.Store.Tests.Hosting;

/// <summary>A whole store on a data directory: real Kestrel, real SQLite, one silo. Times are short; everything else is as shipped.</summary>
public sealed class StoreHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataDirectory _data;
    private readonly GrpcChannel _channel;

    private StoreHost(WebApplication app, DataDirectory data, string linkUrl, string apiUrl)
    {
        _app = app;
        _data = data;
        _channel = GrpcChannel.ForAddress(linkUrl);
        Link = new NodeLink.NodeLinkClient(_channel);
        Http = new HttpClient { BaseAddress = new Uri(apiUrl) };
    }

    public NodeLink.NodeLinkClient Link { get; }

    public HttpClient Http { get; }

    public IConversationIndex Index => _app.Services.GetRequiredService<IConversationIndex>();

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _app.Services;

    public static async Task<StoreHost> Start(string directory, Action<ConversationOptions>? configure = null)
    {
        DataDirectory data = DataDirectory.Open(directory, TimeProvider.System);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("LOOP_TEST_LOG") is not null)
            builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Information);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.UseOrleans(silo =>
        {
            // The primary of a one-silo cluster must know its port before it starts, so the ports are taken and given back first.
            int[] ports = FreePorts.Take(2);
            silo.UseLocalhostClustering(ports[0], ports[1], serviceId: "loop", clusterId: Path.GetFileName(directory));
            silo.Services.AddSerializer(serializer => serializer.AddJsonSerializer(type => type.Namespace?.StartsWith("Loop.", StringComparison.Ordinal) == true));
            silo.Services.Configure<ClusterMembershipOptions>(options => options.NumVotesForDeathDeclaration = 1);
        });
        builder.AddStore(data);
        builder.Services.Configure<ConversationOptions>(options =>
        {
            options.Quiet = TimeSpan.FromMilliseconds(500);
            options.AnswerTimeout = TimeSpan.FromSeconds(15);
            options.ReconnectGrace = TimeSpan.FromSeconds(4);
            configure?.Invoke(options);
        });
        WebApplication app = builder.Build();
        app.MapStore();
        await app.StartAsync();
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        return new StoreHost(app, data, addresses[0], addresses[1]);
    }

    public IConversationGrain Conversation(string id) => Grains.GetGrain<IConversationGrain>(id);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        _channel.Dispose();
        Http.Dispose();
        _data.Dispose();
    }
}
