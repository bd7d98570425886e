using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Loop.Store.Recovery;

/// <summary>The store is ready when it has caught up and could write last time. Damage that was passed over degrades it: everything else is served.</summary>
internal sealed class StoreHealthCheck(StoreReadiness readiness) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!readiness.IsReady)
            return HealthCheckResult.Unhealthy("The store is starting: it catches its index up. Ask again.");
        string problems = string.Join(" ", readiness.Problems);
        if (!readiness.IsWritable)
            return HealthCheckResult.Unhealthy(problems);
        return problems.Length > 0 ? HealthCheckResult.Degraded(problems) : HealthCheckResult.Healthy();
    }
}
