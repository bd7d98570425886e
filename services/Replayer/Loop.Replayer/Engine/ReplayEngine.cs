using System.Diagnostics;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Engine;

/// <summary>Works the queue off, one replay at a time: two at once would change each other's timing. Whatever happens, a replay ends.</summary>
internal sealed partial class ReplayEngine(
    ReplayQueue queue, ReplayRun run, SandboxReplayRun sandboxRun, ReplayCancellations cancellations, IReplayJournal journal, ReplayInstruments instruments,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ReplayEngine> log) : BackgroundService
{
    // The stream of an ended replay must not wait for a store that hangs while the process stops.
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(5);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Carries out one replay to its last event.</summary>
    public async Task Process(ReplayJob job, CancellationToken cancellationToken)
    {
        using Activity? span = ReplayActivities.Replay(job);
        using ReplayCancellations.Registration cancellation = cancellations.Listen(job.Ids.ReplayId, cancellationToken);
        ReplayReport report;
        try
        {
            cancellation.Token.ThrowIfCancellationRequested();
            report = job switch
            {
                ExternalJob external => await run.Execute(external, cancellation.Token),
                SandboxJob sandbox => await sandboxRun.Execute(sandbox, cancellation.Token),
                _ => throw new InvalidOperationException($"A job of an unknown kind: {job.GetType().Name}."),
            };
        }
        catch (OperationCanceledException) when (cancellation.Token.IsCancellationRequested)
        {
            report = Failed(ReportWriter.Accepted(job), SandboxFaultKind.Cancelled, cancellation.IsAsked ? "on request" : "the replayer stopped");
        }
        catch (Exception error)
        {
            LogFailed(error, job.Ids.ReplayId);
            report = Failed(ReportWriter.Accepted(job), SandboxFaultKind.HarnessError, $"{error.GetType().Name}: {error.Message}");
        }

        span?.SetTag("loop.replay.verdict", report.Verdict?.ToString());
        await Finish(report);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The store may be started after us within the same process.
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await FinishAbandoned();
        await foreach (ReplayJob job in queue.Take(stoppingToken))
            await Process(job, stoppingToken);
    }

    // Replays that an earlier process left open would look as if they still ran, for ever.
    private async Task FinishAbandoned()
    {
        try
        {
            IReadOnlyList<ReplayReport> reports = await journal.Replays(null, 1000);
            foreach (ReplayReport open in reports.Where(report => report.FinishedAt is null && report.StartedAt < _startedAt))
                await Finish(Failed(open, SandboxFaultKind.HarnessError, "the replayer was restarted while this replay ran"));
        }
        catch (Exception error)
        {
            LogNotRecovered(error);
        }
    }

    private async Task Finish(ReplayReport report)
    {
        try
        {
            await journal.Append(report.Id, new ReplayFinished(report, report.FinishedAt!.Value)).WaitAsync(FarewellLimit, time);
            instruments.OnEnded(report);
            LogFinished(report.Id, report.Verdict!.Value, report.Row ?? "");
        }
        catch (Exception error)
        {
            LogNotFinished(error, report.Id);
        }
    }

    private ReplayReport Failed(ReplayReport open, SandboxFaultKind kind, string error)
    {
        Decision decision = VerdictDecider.Decide(
            new ReplayTarget { Place = TargetPlace.Nowhere },
            new ReplayObservations { Outcome = Core.Answers.AnswerOutcome.NotSent, Fault = new SandboxFault(kind, error) });
        return ReportWriter.Close(open, decision, time.GetUtcNow());
    }

    [LoggerMessage(1, LogLevel.Information, "Replay {ReplayId} ended: {Verdict} ({Row})")]
    private partial void LogFinished(string replayId, Verdict verdict, string row);

    [LoggerMessage(2, LogLevel.Error, "Replay {ReplayId} could not be carried out; it ends as inconclusive")]
    private partial void LogFailed(Exception error, string replayId);

    [LoggerMessage(3, LogLevel.Error, "The end of replay {ReplayId} could not be stored; it is finished at the next start")]
    private partial void LogNotFinished(Exception error, string replayId);

    [LoggerMessage(4, LogLevel.Warning, "Replays that an earlier process left open could not be looked up; they are finished at the next start")]
    private partial void LogNotRecovered(Exception error);
}
