using Loop.Contracts.Redaction;
using Loop.Store.Api;
using Loop.Store.Controls;
using Loop.Store.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Core.ReadModels;
using Loop.Store.Documents;
using Loop.Store.Files;
using Loop.Store.Nodes;
using Loop.Store.Recovery;
using Loop.Store.Replays;
using Loop.Store.Sessions;
using Loop.Store.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Loop.Store;

/// <summary>The store service: what it consists of.</summary>
public static class StoreServiceCollectionExtensions
{
    /// <summary>Adds the store on a data directory that the caller has opened and disposes after the host.</summary>
    public static IHostApplicationBuilder AddStore(this IHostApplicationBuilder builder, DataDirectory data)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.Services.TryAddSingleton<StoreInstruments>();
        builder.Services.AddFileBlobs(data).AddSqliteStore(data.EventsPath, data.IndexPath).AddPackStore();
        builder.Services.AddConversations().AddControls().AddNodeLink().AddReplays().AddRecovery();
        return builder;
    }

    /// <summary>Opens the files of the store before the host starts, so that a damaged one is a fault of the caller's to tell and not one among the host's logs.</summary>
    public static WebApplication OpenStore(this WebApplication app)
    {
        app.Services.GetRequiredService<IEventStore>();
        app.Services.GetRequiredService<IConversationIndex>();
        app.Services.GetRequiredService<RedactionKeyFile>();
        return app;
    }

    /// <summary>Maps the node link and the REST API; each refuses calls at the other's port (<see cref="NodeLinkOptions"/>).</summary>
    public static WebApplication MapStore(this WebApplication app)
    {
        app.MapGrpcService<NodeLinkService>();
        app.MapStoreApi();
        return app;
    }

    private static IServiceCollection AddConversations(this IServiceCollection services)
    {
        services.AddOptions<ConversationOptions>().BindConfiguration(ConversationOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ConversationOptions>, ConversationOptionsValidator>());
        services.TryAddSingleton<ConversationJournal>();
        services.TryAddSingleton<ConversationPublisher>();
        services.TryAddSingleton<ConversationFeed>();
        services.TryAddSingleton<CoherenceTotals>();
        services.TryAddSingleton<IndexCheckpoint>();
        services.TryAddSingleton<TraceDirectory>();
        services.TryAddSingleton<ConversationAssigner>();
        services.TryAddSingleton<ConversationSurroundings>();
        services.TryAddSingleton<GrainTelemetry>();
        services.TryAddSingleton<PendingKeeps>();
        services.TryAddSingleton<ArrivalRecorder>();
        services.TryAddSingleton<MergeQueue>();
        services.AddHostedService<ConversationMerger>();
        return services;
    }

    private static IServiceCollection AddNodeLink(this IServiceCollection services)
    {
        services.AddOptions<NodeLinkOptions>().BindConfiguration(NodeLinkOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<NodeLinkTelemetry>();
        services.TryAddSingleton<NodeRegistry>();
        services.TryAddSingleton<INodeCommands>(provider => provider.GetRequiredService<NodeRegistry>());
        services.TryAddSingleton<ArrivalPump>();
        services.TryAddSingleton<LinkTriggers>();
        services.TryAddSingleton<LinkWatchdog>();
        services.AddGrpc();
        services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions<NodeLinkService>>()
            .Configure<IOptions<NodeLinkOptions>>((grpc, link) => grpc.MaxReceiveMessageSize = link.Value.MaxMessageBytes);
        return services;
    }

    private static IServiceCollection AddReplays(this IServiceCollection services)
    {
        services.TryAddSingleton<ReplayJournal>();
        services.TryAddSingleton(provider =>
        {
            RedactionKeyFile key = provider.GetRequiredService<RedactionKeyFile>();
            return new HeaderRedactor(key.Key.Span, key.Id);
        });
        return services;
    }

    private static IServiceCollection AddRecovery(this IServiceCollection services)
    {
        services.TryAddSingleton<RecoveryLog>();
        services.TryAddSingleton<StoreReadiness>();
        services.TryAddSingleton<EventAppender>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
        services.TryAddSingleton<ConversationLookup>();
        services.TryAddSingleton<KeepTarget>();
        services.TryAddSingleton<SessionKeeper>();
        services.TryAddSingleton<ConversationExporter>();
        services.TryAddSingleton<ConversationImporter>();
        services.TryAddSingleton<ApiLog>();
        services.TryAddSingleton<IndexCatchUp>();
        services.TryAddSingleton<OrphanSweep>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, StoreRecovery>();
        services.AddHostedService<CheckpointWriter>();
        return services;
    }
}
