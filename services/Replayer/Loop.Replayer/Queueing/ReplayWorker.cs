using System.Collections.Concurrent;
using System.Diagnostics;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Microsoft.Extensions.Hosting;

namespace Loop.Replayer.Queueing;

/// <summary>
/// Carries out the replay that a message names: (1) read how far it has come, (2) make its job anew where an earlier process accepted it, (3) say that it begins,
/// (4) run it to its end. Returns when the end is durable, or when there is nothing to do.
/// </summary>
internal sealed class ReplayWorker(ReplayQueue queue, ReplayResumption resumption, ReplayEngine engine, IReplayJournal journal, ReplayHolders holders, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, bool> _atWork = new();

    /// <summary>Works on one replay; a second message for one that is at work does nothing.</summary>
    public async Task Work(string replayId)
    {
        // The stream stays open, and the next start takes it up.
        if (lifetime.ApplicationStopping.IsCancellationRequested || !_atWork.TryAdd(replayId, true))
            return;
        try
        {
            // The trace of a replay begins with it, not with the call that asked for it.
            Activity.Current = null;
            await Work(replayId, queue.Take(replayId));
        }
        finally
        {
            _atWork.TryRemove(replayId, out _);
        }
    }

    private async Task Work(string replayId, ReplayJob? held)
    {
        // 1
        ReplayProgress? progress = await journal.Progress(replayId);
        TakeUp next = TakeUp.Of(progress, isHeld: held is not null);
        ReplayJob? job = held;
        if (next is TakeUp.Run && job is null)
        {
            // 2
            (job, TakeUp.End? changed) = await resumption.Make(progress!, lifetime.ApplicationStopping);
            next = changed ?? next;
        }

        switch (next)
        {
            case TakeUp.End end:
                await engine.End(job is null ? ReplayResumption.OpenReport(progress!) : ReportWriter.Accepted(job), end.Kind, end.Reason, end.NextStep);
                break;
            // 3
            case TakeUp.Run run when await journal.Begin(replayId, new ReplayBegun(run.Attempt, time.GetUtcNow()) { Holder = holders.Self }):
                // 4
                await engine.Process(job! with { Attempt = new ReplayAttempt(run.Attempt, progress!.LastSteps) }, lifetime.ApplicationStopping);
                break;
        }
    }
}
