using Loop.Hosting.Access;
using Loop.Hosting.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Loop.Hosting;

/// <summary>What every role of <c>loopd</c> has.</summary>
public static class LoopDefaultsExtensions
{
    /// <summary>Clock, telemetry, health checks, problem details, access options.</summary>
    public static IHostApplicationBuilder AddLoopDefaults(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.AddProblemDetails();
        builder.Services.AddOptions<ApiAccessOptions>().Bind(builder.Configuration.GetSection(ApiAccessOptions.SectionName));
        builder.AddLoopTelemetry();
        return builder;
    }
}
