using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Loop.Replayer.Engine;

/// <summary>The replayer is ready while its engine works the queue off.</summary>
internal sealed class ReplayEngineCheck(ReplayEngine engine) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(engine.ExecuteTask switch
    {
        null => HealthCheckResult.Unhealthy("The replay engine is not started yet. Ask again."),
        { IsCompleted: true } ended => HealthCheckResult.Unhealthy(
            $"The replay engine ended ({ended.Exception?.GetBaseException().Message ?? "stopped"}): replays wait for ever. Restart this process."),
        _ => HealthCheckResult.Healthy(),
    });
}
