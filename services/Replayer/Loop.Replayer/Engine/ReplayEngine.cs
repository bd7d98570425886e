using System.Diagnostics;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Engine;

/// <summary>Carries out replays. Whatever happens, a replay ends, and its end is durable before anything returns.</summary>
internal sealed partial class ReplayEngine(
    ReplayRun run, SandboxReplayRun sandboxRun, ReplayCancellations cancellations, IReplayJournal journal, ReplayInstruments instruments,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ReplayEngine> log)
{
    // The stream of an ended replay must not wait for a store that hangs while the process stops.
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(5);

    // A store that cannot write now (a full disk) can often do so later; until then no other replay could begin either.
    private static readonly TimeSpan[] Pauses = [.. new[] { 1, 2, 5, 10, 20 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

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
        catch (RecordingUnreadableException error)
        {
            LogFailed(error, job.Ids.ReplayId);
            report = Failed(ReportWriter.Accepted(job), SandboxFaultKind.RecordingUnreadable, error.Message);
        }
        catch (Exception error)
        {
            LogFailed(error, job.Ids.ReplayId);
            report = Failed(ReportWriter.Accepted(job), SandboxFaultKind.HarnessError, $"{error.GetType().Name}: {error.Message}");
        }

        span?.SetTag("loop.replay.verdict", report.Verdict?.ToString());
        await Finish(report);
    }

    /// <summary>Ends a replay that is not carried out, or not any further.</summary>
    /// <param name="open">Its report as far as it goes.</param>
    /// <param name="kind">What went wrong.</param>
    /// <param name="reason">In words.</param>
    /// <param name="nextStep">What to do; null for the usual advice.</param>
    public async Task End(ReplayReport open, SandboxFaultKind kind, string reason, string? nextStep)
    {
        using ReplayCancellations.Registration listening = cancellations.Listen(open.Id, CancellationToken.None);
        ReplayReport report = Failed(open, kind, reason);
        await Finish(nextStep is null ? report : report with { NextStep = nextStep });
    }

    private async Task Finish(ReplayReport report)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await journal.Append(report.Id, new ReplayFinished(report, report.FinishedAt!.Value)).WaitAsync(FarewellLimit, time);
                instruments.OnEnded(report);
                LogFinished(report.Id, report.Verdict!.Value, report.Row ?? "");
                return;
            }
            catch (Exception error)
            {
                LogNotFinished(error, report.Id);
                if (attempt == Pauses.Length || lifetime.ApplicationStopping.IsCancellationRequested)
                    throw;
            }

            await Task.Delay(Pauses[attempt], time, lifetime.ApplicationStopping);
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

    [LoggerMessage(3, LogLevel.Error, "The end of replay {ReplayId} could not be stored; it is tried again, at the latest at the next start")]
    private partial void LogNotFinished(Exception error, string replayId);
}
