using Loop.Contracts.Replays;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Queueing;

/// <summary>Once, when everything has started: removes what a killed process left on this machine, and queues the replays that it left open, oldest first.</summary>
internal sealed partial class ReplayRecovery(
    ReplayQueue queue, IBus bus, IReplayJournal journal, SandboxDriverSource drivers, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ReplayRecovery> log) : BackgroundService
{
    private const int MostReplays = 10_000;
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The store may be started after us within the same process.
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await Sweep(stoppingToken);
        await QueueOpen(stoppingToken);
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        try
        {
            if (await drivers.Sweep(cancellationToken) is > 0 and var count)
                LogSwept(count);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotSwept(error);
        }
    }

    private async Task QueueOpen(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ReplayReport> reports = await journal.Replays(null, MostReplays);
            foreach (ReplayReport open in reports.Where(report => report.FinishedAt is null && report.StartedAt < _startedAt).Reverse())
            {
                if (queue.TryAddAccepted(open.Id))
                    await bus.SendReplay(open.Id, cancellationToken);
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRecovered(error);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Removed {Count} sandboxes that an earlier process left behind")]
    private partial void LogSwept(int count);

    [LoggerMessage(2, LogLevel.Warning, "What an earlier process left behind could not be removed; the next sandbox replay tries again")]
    private partial void LogNotSwept(Exception error);

    [LoggerMessage(3, LogLevel.Warning, "Replays that an earlier process left open could not be looked up; they are taken up at the next start")]
    private partial void LogNotRecovered(Exception error);
}
