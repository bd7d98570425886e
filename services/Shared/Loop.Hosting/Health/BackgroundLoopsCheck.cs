using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Loop.Hosting.Health;

/// <summary>A background loop that died takes readiness with it: the process lives on and can be asked, but nobody is told that it works.</summary>
internal sealed class BackgroundLoopsCheck(IEnumerable<IHostedService> services) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] dead = [.. services.OfType<BackgroundService>().Where(service => service.ExecuteTask is { IsFaulted: true }).Select(Describe)];
        return Task.FromResult(dead.Length == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"{string.Join("; ", dead)}. Look at this process's log, and restart it."));
    }

    private static string Describe(BackgroundService service) => $"The background loop {service.GetType().Name} died ({service.ExecuteTask!.Exception!.GetBaseException().Message})";
}
