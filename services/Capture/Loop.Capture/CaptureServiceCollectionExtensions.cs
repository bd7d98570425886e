using Loop.Capture.AccessLog;
using Loop.Capture.Diagnostics;
using Loop.Capture.ExtProc;
using Loop.Capture.Health;
using Loop.Capture.Link;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Tap;
using Loop.Capture.Wire;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Loop.Capture;

/// <summary>The one way into the capture service.</summary>
public static class CaptureServiceCollectionExtensions
{
    /// <summary>
    /// Adds the inputs, health and the node link. Needs an <c>IExchangeIntake</c> and an <c>IConversationCollector</c> (the ring), and
    /// <see cref="CaptureListener.ConfigureCaptureKestrel"/> for the listeners.
    /// </summary>
    public static IServiceCollection AddCapture(this IServiceCollection services)
    {
        services.AddOptions<CaptureOptions>().BindConfiguration(CaptureOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CaptureOptions>, CaptureOptionsValidator>());
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CaptureInstruments>();
        return services.AddCaptureListening().AddExternalProcessor().AddAccessLog().AddTaps().AddCaptureHealth().AddNodeLink();
    }

    private static IServiceCollection AddCaptureListening(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new CaptureIdentity(provider.GetRequiredService<IOptions<CaptureOptions>>().Value.NodeName));
        services.TryAddSingleton<SourceReader>();
        services.TryAddSingleton<GrpcMessageReaders>();
        services.TryAddSingleton<CaptureConnectionMiddleware>();
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
        return services;
    }

    private static IServiceCollection AddCaptureHealth(this IServiceCollection services)
    {
        services.TryAddSingleton<CaptureHealth>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, HealthCheckEndpoint>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcEndpoint, HealthWatchEndpoint>());
        return services;
    }

    private static IServiceCollection AddNodeLink(this IServiceCollection services)
    {
        services.AddHostedService<NodeLinkClient>();
        return services;
    }
}
