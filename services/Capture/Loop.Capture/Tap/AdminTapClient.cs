using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Tap;

/// <summary>Keeps one tap session open with each configured Envoy: attach, read until it ends, wait, attach again.</summary>
internal sealed class AdminTapClient(IOptions<CaptureOptions> options, AdminTapSessions sessions, TimeProvider time, ILogger<AdminTapClient> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(options.Value.AdminTaps.Select(envoy => Task.Run(() => Keep(envoy, stoppingToken), stoppingToken)));

    private async Task Keep(AdminTapOptions envoy, CancellationToken stopping)
    {
        TimeSpan wait = envoy.RetryMinimum;
        bool isFirstFailure = true;
        while (!stopping.IsCancellationRequested)
        {
            AdminTapOutcome outcome = await sessions.Run(envoy, () => TapLog.Attached(logger, envoy.Url), stopping);
            if (stopping.IsCancellationRequested)
                return;
            if (outcome.WasAttached)
                (wait, isFirstFailure) = (envoy.RetryMinimum, true);
            Report(envoy, outcome, wait, isFirstFailure);
            isFirstFailure = outcome.WasAttached;
            await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, envoy.RetryMaximum.Ticks));
        }
    }

    private void Report(AdminTapOptions envoy, AdminTapOutcome outcome, TimeSpan wait, bool isFirstFailure)
    {
        if (outcome.WasAttached)
            TapLog.Detached(logger, envoy.Url, outcome.Why, wait);
        else if (isFirstFailure)
            TapLog.NotAttached(logger, envoy.Url, outcome.Why, wait);
        else
            TapLog.StillNotAttached(logger, envoy.Url, outcome.Why, wait);
    }
}
