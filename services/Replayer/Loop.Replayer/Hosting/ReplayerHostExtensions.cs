using Loop.Replayer.Api;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Destinations;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Loop.Replayer.Queueing;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Sandboxes;
using Loop.Replayer.Sending;
using Loop.Replayer.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Hosting;

/// <summary>The way in of the role <c>replayer</c>.</summary>
public static class ReplayerHostExtensions
{
    /// <summary>Adds everything; expects an <see cref="IGrainFactory"/> unless both ports are registered already.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="isAlone">True when no other replayer can work on the same store, since it is locked by this process.</param>
    public static IHostApplicationBuilder AddReplayer(this IHostApplicationBuilder builder, bool isAlone = false)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<ReplayOptions>().Bind(builder.Configuration.GetSection(ReplayOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ReplayOptions>, ReplayOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        AddPorts(services);
        AddSending(services);
        AddEngine(services);
        AddQueue(services, isAlone);
        return builder;
    }

    /// <summary>Maps the role's endpoints.</summary>
    public static IEndpointRouteBuilder MapReplayer(this IEndpointRouteBuilder routes) => routes.MapReplayerApi();

    private static void AddPorts(IServiceCollection services)
    {
        services.TryAddSingleton<IRecordings, GrainRecordings>();
        services.TryAddSingleton<IReplayJournal, GrainReplayJournal>();
    }

    private static void AddSending(IServiceCollection services)
    {
        services.TryAddSingleton<IHostResolver, SystemHostResolver>();
        services.TryAddSingleton<IOwnPorts, ServerOwnPorts>();
        services.TryAddSingleton<DestinationPolicy>();
        services.TryAddSingleton<RequestSender>();
    }

    private static void AddEngine(IServiceCollection services)
    {
        services.TryAddSingleton<IReplayIdSource, RandomReplayIdSource>();
        services.TryAddSingleton<ReplayQueue>();
        services.TryAddSingleton<ReplayCancellations>();
        services.TryAddSingleton<ReplayInstruments>();
        services.TryAddSingleton<HopObserver>();
        services.TryAddSingleton<ReplayRun>();
        services.TryAddSingleton(new ProcessSandboxOptions());
        services.TryAddSingleton<SandboxDriverSource>();
        services.TryAddSingleton<SandboxRunner>();
        services.TryAddSingleton<ControlRun>();
        services.TryAddSingleton<NoiseRuns>();
        services.TryAddSingleton<SandboxReplayRun>();
        services.TryAddSingleton<RunReader>();
        services.TryAddSingleton<ReplayJobs>();
        services.TryAddSingleton<ReplayService>();
        services.TryAddSingleton<ReplayEngine>();
    }

    private static void AddQueue(IServiceCollection services, bool isAlone)
    {
        services.TryAddSingleton(provider => new ReplayHolders(provider.GetRequiredService<IOptions<ReplayOptions>>(), provider.GetRequiredService<TimeProvider>()) { IsAlone = isAlone });
        services.TryAddSingleton<ReplayResumption>();
        services.TryAddSingleton<ReplayWorker>();
        services.AddReplayQueue();
        services.AddHostedService<ReplayRecovery>();
    }
}
