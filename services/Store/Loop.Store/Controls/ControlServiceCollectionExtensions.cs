using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Loop.Store.Controls;

/// <summary>Registers controls.</summary>
internal static class ControlServiceCollectionExtensions
{
    public static IServiceCollection AddControls(this IServiceCollection services)
    {
        services.AddOptions<ControlOptions>().BindConfiguration(ControlOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<ControlQueue>();
        services.TryAddSingleton<ControlBook>();
        services.TryAddSingleton<ControlFinder>();
        services.TryAddSingleton<ControlTelemetry>();
        services.AddHostedService<ControlKeeper>();
        return services;
    }
}
