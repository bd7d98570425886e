using Loop.Capture.Core.Collecting;
using Loop.Capture.Link;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Health;

/// <summary>Readiness of a capture node: the inputs are served and failures are looked for. Without a link it is degraded, since the ring goes on recording.</summary>
internal sealed class CaptureHealthCheck(CaptureHealth health, IConversationCollector collector, NodeLinkState link, IOptions<CaptureOptions> options) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (collector.Completion.IsCompleted)
            return HealthCheckResult.Unhealthy($"The collector's loop ended ({collector.Completion.Exception?.GetBaseException().Message ?? "stopped"}): no failure is noticed any more. Restart this process.");
        if (!health.IsListening)
            return HealthCheckResult.Unhealthy($"The capture listener {options.Value.Listen} is not up.");
        if (!health.IsServing())
            return HealthCheckResult.Unhealthy("An input failed a moment ago, so that Envoy is told to stop sending. Look at this process's log.");
        return link.Fault is { } fault
            ? HealthCheckResult.Degraded($"No link to the store at {options.Value.StoreUrl} ({fault}): the ring goes on recording, nothing is kept until the link is back.")
            : HealthCheckResult.Healthy();
    }
}
