using Loop.Capture.AccessLog;
using Loop.Capture.Core;
using Loop.Capture.Core.Ring;
using Loop.Capture.Diagnostics;
using Loop.Capture.ExtProc;
using Loop.Capture.Health;
using Loop.Capture.Link;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Tap;
using Loop.Capture.Wire;
using Loop.Hosting.Access;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Capture;

/// <summary>The one way into the capture service.</summary>
public static class CaptureServiceCollectionExtensions
{
    /// <summary>
    /// Adds the ring, the inputs, health and the node link. Needs <see cref="CaptureListener.ConfigureCaptureKestrel"/> for the listeners.
    /// </summary>
    public static IServiceCollection AddCapture(this IServiceCollection services)
    {
        services.AddOptions<CaptureOptions>().BindConfiguration(CaptureOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CaptureOptions>, CaptureOptionsValidator>());
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CaptureInstruments>();
        services.TryAddSingleton(StartIdentity);
        services.AddCaptureCore();
        return services.AddCaptureListening().AddExternalProcessor().AddAccessLog().AddTaps().AddCaptureHealth().AddNodeLink();
    }

    private static IServiceCollection AddCaptureListening(this IServiceCollection services)
    {
        // ASP.NET Core makes an Activity and a log scope for every request as soon as any logger takes this category, whatever the level. A side stream is as
        // short as a request and nobody reads them: they cost more than recording it (docs/benchmarks). It logs only starts and ends; Kestrel logs failures.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        services.TryAddSingleton<SourceReader>();
        services.TryAddSingleton<GrpcMessageReaders>();
        services.TryAddSingleton<CaptureConnectionMiddleware>();
        services.TryAddSingleton<OpenStreams>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenStreams>());
        services.TryAddSingleton<CaptureGate>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, CaptureStartupFilter>());
        return services;
    }

    private static IServiceCollection AddExternalProcessor(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, ExternalProcessorEndpoint>());
        return services;
    }

    private static IServiceCollection AddAccessLog(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, AccessLogEndpoint>());
        return services;
    }

    private static IServiceCollection AddTaps(this IServiceCollection services)
    {
        services.TryAddSingleton<TapPostEndpoint>();
        services.TryAddSingleton<TapStreamServer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, StreamTapsEndpoint>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, ReportTapEndpoint>());
        services.TryAddSingleton<TapFileImporter>();
        services.TryAddSingleton<AdminTapSessions>();
        services.AddHostedService<TapFileWatcher>();
        services.AddHostedService<AdminTapClient>();
        return services;
    }

    private static IServiceCollection AddCaptureHealth(this IServiceCollection services)
    {
        services.TryAddSingleton<CaptureHealth>();
        services.AddHealthChecks().AddCheck<CaptureHealthCheck>("capture");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, HealthCheckEndpoint>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, HealthWatchEndpoint>());
        return services;
    }

    private static IServiceCollection AddNodeLink(this IServiceCollection services)
    {
        // Bound here as well, since a capture process has no store whose guard would bind it.
        services.AddOptions<LinkAccessOptions>().BindConfiguration(LinkAccessOptions.SectionName);
        services.TryAddSingleton<NodeLinkState>();
        services.AddHostedService<NodeLinkClient>();
        return services;
    }

    private static CaptureNodeIdentity StartIdentity(IServiceProvider provider) =>
        CaptureNodeIdentity.StartingNow(provider.GetRequiredService<IOptions<CaptureOptions>>().Value.NodeName, provider.GetRequiredService<TimeProvider>());
}
