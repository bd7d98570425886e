using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Core;

/// <summary>The heart of the capture role: ring, intake and collector.</summary>
public static class CaptureCoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IExchangeIntake"/>, <see cref="IConversationCollector"/>, <see cref="ExchangeRing"/> and <see cref="CaptureCounters"/> as singletons.
    /// Add a <see cref="CaptureNodeIdentity"/> before, else the machine's name is the node's.
    /// </summary>
    public static IServiceCollection AddCaptureCore(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<RingOptions>().BindConfiguration(RingOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RingOptions>, RingOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => CaptureNodeIdentity.StartingNow(Environment.MachineName, provider.GetRequiredService<TimeProvider>()));
        services.AddMetrics();
        services.TryAddSingleton<CaptureCounters>();
        services.TryAddSingleton<RingInstruments>();
        services.TryAddSingleton<ExchangeRing>();
        services.TryAddSingleton<ConversationCollector>();
        services.TryAddSingleton<IConversationCollector>(provider => provider.GetRequiredService<ConversationCollector>());
        services.TryAddSingleton<IExchangeIntake>(CreateIntake);
        return services;
    }

    // The collector first: it follows the index, and a trigger before it exists would be lost. Nothing asks for the instruments by itself.
    private static ExchangeIntake CreateIntake(IServiceProvider provider)
    {
        provider.GetRequiredService<ConversationCollector>();
        provider.GetRequiredService<RingInstruments>();
        return new ExchangeIntake(
            provider.GetRequiredService<ExchangeRing>(),
            provider.GetRequiredService<CaptureCounters>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ExchangeIntake>>());
    }
}
