using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandbox.Driver;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>
/// Runs the recorded build several times, under two clocks, and learns what varies by itself. No verdict is involved, and none of these runs counts as one of the
/// replay's: what explains a difference must not be found where it is needed.
/// </summary>
internal sealed class NoiseRuns(IReplayJournal journal, SandboxRunner runner, TimeProvider time)
{
    // Another day, hour, minute and second: what follows the clock shows itself.
    private static readonly TimeSpan OtherClock = new(1, 1, 1, 1, 1);
    private const int MaximumLines = 40;

    /// <summary>Learns; null when nobody asked.</summary>
    public async Task<LearnedNoise?> Learn(
        SandboxJob job, RunInput input, SandboxPlan place, RecordedBodies bodies, ISandboxDriver driver, CancellationToken cancellationToken)
    {
        int asked = job.Request.LearnNoise;
        if (asked == 0)
            return null;
        List<NoiseRun> runs = [];
        NoiseRun? recording = null;
        for (int number = 1; number <= asked; number++)
        {
            RunClock clock = RunClock.Of(job) with { Offset = number % 2 == 0 ? OtherClock : TimeSpan.Zero };
            StepJournal steps = new(journal, job.Ids.ReplayId, -number, time, job.Attempt.LastStepOf(-number));
            IMintedTokens? tokens = clock.Mode is SandboxClock.Real ? input.Tokens : input.Tokens?.Later(clock.Offset);
            RunScript script = RunScript.Of(input with { Tokens = tokens });
            RunOutcome outcome = await runner.Run(driver, place with { Clock = place.Clock with { Start = clock.Start } }, script, steps.Take, cancellationToken);
            if (Obstacle(outcome.Record) is { } obstacle)
                return Refused(job, runs.Count, $"noise run {number}: {obstacle}");
            RunRecord record = await RecordRedaction.Apply(outcome.Record, value => tokens?.Restore(value) ?? value, headers => journal.Redact(job.Ids.ReplayId, headers));
            SandboxRun run = new() { Choice = job.Choice, Live = job.Live, Script = script, Record = record, Recorded = bodies.Message, Shapes = outcome.Shapes(job.Descriptors), Rules = ComparisonRules.Of(clock.Mask(job, script, record)) };
            recording ??= NoiseSamples.OfRecording(run);
            runs.Add(NoiseSamples.OfRun(run, clock.Offset, at => clock.Seen(record, at)));
        }

        NoiseLearning learning = NoiseLearner.Learn(NoiseMasks.KeyOf(job), recording!, runs, NoiseMasks.Targets(job));
        if (learning.Mask is not { } mask)
            return Refused(job, runs.Count, learning.Refusal!);
        return new LearnedNoise(mask, new NoiseReport
        {
            LearnedBy = job.Ids.ReplayId,
            Runs = runs.Count,
            MaskSha256 = await NoiseMasks.Store(mask, job.Ids.ReplayId, journal),
            Masked = NoiseMasks.Lines(mask),
            Unmasked = [.. learning.Unmasked.Take(MaximumLines)],
        });
    }

    private static string? Obstacle(RunRecord record) => record switch
    {
        { Fault: { } fault } => fault.Detail,
        { Evidence: not Evidence.Sealed } => "the sandbox is not sealed, and what is not sealed may vary for any reason",
        _ => null,
    };

    private static LearnedNoise Refused(SandboxJob job, int runs, string reason) => new(null, new NoiseReport { LearnedBy = job.Ids.ReplayId, Runs = runs, Refusal = reason });
}
