using Loop.Hosting.Access;
using Loop.Hosting.Health;
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
        builder.Services.AddHealthChecks().AddCheck<BackgroundLoopsCheck>("background loops");
        // Its readiness goes with a dead loop; a process that vanished could not say why.
        builder.Services.Configure<HostOptions>(host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);
        builder.Services.AddProblemDetails();
        builder.Services.AddOptions<ApiAccessOptions>().Bind(builder.Configuration.GetSection(ApiAccessOptions.SectionName));
        builder.Services.AddOptions<LinkAccessOptions>().Bind(builder.Configuration.GetSection(LinkAccessOptions.SectionName));
        builder.AddLoopTelemetry();
        return builder;
    }
}
