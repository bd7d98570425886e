using Loop.Contracts.Replays;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Sandboxes;

/// <summary>Writes the steps of one run into the replay's stream.</summary>
internal sealed class StepJournal(IReplayJournal journal, string replayId, int run, TimeProvider time, int lastStep = 0)
{
    // A step is a line for people; an event has at most 64 KiB.
    private const int MaximumDetail = 2000;
    private int _step = lastStep;

    /// <summary>Appends; durable when this returns.</summary>
    public Task Take(string what, string detail) =>
        journal.Append(replayId, new ReplayStepTaken(run, ++_step, what, detail.Length > MaximumDetail ? detail[..MaximumDetail] + "…" : detail, time.GetUtcNow()));
}
