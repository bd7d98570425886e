using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>Finds the proof without which "absent" is not "fixed": a sealed reproduction under the same conditions with another build.</summary>
public static class BaselineFinder
{
    /// <summary>The baseline with the most runs; null when there is none.</summary>
    public static Baseline? Find(IEnumerable<EarlierReplay> earlier, ReplayConditions conditions, IReadOnlyDictionary<string, string> builds) =>
        Groups(earlier.Where(replay => IsOtherBuild(replay.Builds, builds)), conditions)
        .Where(group => group.Any(replay => replay.Decision is { Verdict: Verdict.Reproduced, Row: not "H" }))
        // All runs of that build count, also those in which it did not fail: the rate of the reproduced ones alone would be too high.
        .Select(group => new Baseline(group.Sum(replay => replay.Decision.ReproducedRuns), group.Sum(replay => replay.Decision.Runs)))
        .OrderByDescending(baseline => baseline.Runs)
        .FirstOrDefault();

    /// <summary>Sealed replays under these conditions, one group per build, of builds that reproduced what was recorded at least once.</summary>
    public static IEnumerable<IReadOnlyList<EarlierReplay>> Groups(IEnumerable<EarlierReplay> earlier, ReplayConditions conditions) => earlier
        .Where(replay => replay.Decision.Evidence is Evidence.Sealed && replay.Conditions.AreEqual(conditions))
        // A broken sandbox says nothing about how often the build fails.
        .Where(replay => !replay.Decision.Row.StartsWith('V'))
        .GroupBy(replay => BuildKey(replay.Builds))
        .Select(group => group.ToArray())
        .Where(group => group.Any(replay => replay.Decision.Verdict is Verdict.Reproduced));

    // A build that nobody named may be the same one.
    private static bool IsOtherBuild(IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now) =>
        then.Any(pair => now.TryGetValue(pair.Key, out string? build) && build != pair.Value);

    private static string BuildKey(IReadOnlyDictionary<string, string> builds) =>
        string.Concat(builds.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key.Length}:{pair.Key}{pair.Value.Length}:{pair.Value}"));
}
