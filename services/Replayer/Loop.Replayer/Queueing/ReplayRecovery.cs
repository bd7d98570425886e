using Loop.Contracts.Replays;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Queueing;

/// <summary>
/// When everything has started: removes what a killed process left on this machine. Then, and again from time to time: queues the replays that nobody answers for
/// any more, oldest first. Other replayers may do the same; the stream of a replay lets one of them begin.
/// </summary>
internal sealed partial class ReplayRecovery(
    ReplayQueue queue, IBus bus, IReplayJournal journal, ReplayHolders holders, SandboxDriverSource drivers, IHostApplicationLifetime lifetime, IOptions<ReplayOptions> options, TimeProvider time, ILogger<ReplayRecovery> log) : BackgroundService
{
    // Later on, what is open is new.
    private const int MostReplays = 10_000, MostNewReplays = 200;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The store may be started after us within the same process.
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await Sweep(stoppingToken);
        await QueueOpen(MostReplays, stoppingToken);
        using PeriodicTimer timer = new(options.Value.RecoveryInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await QueueOpen(MostNewReplays, stoppingToken);
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

    private async Task QueueOpen(int limit, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ReplayReport> reports = await journal.Replays(null, limit);
            foreach (ReplayReport open in reports.Where(report => report.FinishedAt is null).Reverse())
            {
                if (await journal.Progress(open.Id) is { } progress && holders.IsFree(progress) && queue.TryAddAccepted(open.Id))
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

    [LoggerMessage(3, LogLevel.Warning, "Replays that an earlier process left open could not be looked up; they are looked up again later")]
    private partial void LogNotRecovered(Exception error);
}
