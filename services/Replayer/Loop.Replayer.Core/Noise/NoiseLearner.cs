using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Noise;

/// <summary>
/// Learns what varies between runs of the recorded build, in two steps: which places vary, then which shape their values have in common. It looks at
/// position and shape alone: no verdict is involved, so nothing is masked because it stands in the way of one. Pure.
/// </summary>
public static class NoiseLearner
{
    /// <summary>Fewer would call chance a constant.</summary>
    public const int MinimumRuns = 5;

    /// <summary>Under one clock, what depends on the date looks constant.</summary>
    public const int MinimumClockOffsets = 2;

    /// <summary>Learns.</summary>
    /// <param name="key">What the runs are runs of.</param>
    /// <param name="recording">The recording: what it holds must have the shape as well, or the mask would not fit what is compared with.</param>
    /// <param name="runs">Runs of the recorded build.</param>
    /// <param name="targets">Asserted values; they are never masked.</param>
    public static NoiseLearning Learn(NoiseKey key, NoiseRun recording, IReadOnlyList<NoiseRun> runs, IReadOnlyCollection<NoiseTarget> targets)
    {
        if (Refusal(runs) is { } refusal)
            return new NoiseLearning(null, refusal, []);
        List<NoiseEntry> entries = [];
        List<string> unmasked = [];
        foreach (string hop in recording.Hops.Select(sample => sample.Hop).Distinct(StringComparer.Ordinal))
        {
            HopNoise noise = HopNoise.Of(hop, [recording, .. runs], [.. targets.Where(target => target.Hop == hop).Select(target => target.Place)]);
            entries.AddRange(noise.Entries);
            unmasked.AddRange(noise.Unmasked);
        }

        return new NoiseLearning(new NoiseMask(key, entries), null, unmasked);
    }

    private static string? Refusal(IReadOnlyList<NoiseRun> runs)
    {
        if (runs.Count < MinimumRuns)
            return $"{runs.Count} runs; at least {MinimumRuns} are needed to tell what varies";
        int offsets = runs.Select(run => run.ClockOffset).Distinct().Count();
        if (offsets < MinimumClockOffsets)
            return $"all runs had one clock; at least {MinimumClockOffsets} clock offsets are needed";
        int stale = runs.Count(run => !run.FreshState);
        return stale > 0 ? $"{stale} runs did not start with fresh state" : null;
    }
}

/// <summary>A value that is asserted.</summary>
/// <param name="Hop">In words, as divergences name it.</param>
/// <param name="Place">As divergences name it: <c>body $.total</c>.</param>
public sealed record NoiseTarget(string Hop, string Place);
