using Loop.Contracts.Replays;

namespace Loop.Store.Replays;

/// <summary>Reads how far the runs of a replay are from its stream.</summary>
internal static class RunsProgressReader
{
    private static readonly string[] Starts = ["prepared", "control prepared"];

    /// <summary>Null before the first run.</summary>
    public static RunsProgress? Of(IReadOnlyList<ReplayEvent> facts)
    {
        // A run that was interrupted begins again: the last time counts.
        List<DateTimeOffset> starts = [.. facts.OfType<ReplayStepTaken>().Where(step => Starts.Contains(step.What)).GroupBy(step => step.Run).Select(run => run.Last().At).Order()];
        if (starts.Count == 0 || facts.OfType<ReplayRunsPlanned>().FirstOrDefault() is not { } planned)
            return null;
        TimeSpan? usual = starts.Count > 1 ? (starts[^1] - starts[0]) / (starts.Count - 1) : planned.UsualSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        int left = Math.Max(planned.Runs - starts.Count, 0) + 1;
        return new RunsProgress(starts.Count, Math.Max(planned.Runs, starts.Count), starts[^1] + (usual * left));
    }
}
