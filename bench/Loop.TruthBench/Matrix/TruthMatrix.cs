using Loop.Contracts.Replays;
using Loop.TruthBench.Arms;

namespace Loop.TruthBench.Matrix;

/// <summary>The verdicts of all replays, counted.</summary>
internal sealed record TruthMatrix(IReadOnlyList<MatrixRow> Rows, Count Reproduced, Count FalseReproduced, Count Fixed, Count FalseFixed, Count Wrong)
{
    /// <summary>Counts.</summary>
    public static TruthMatrix Of(IReadOnlyList<Judged> replays) => new(
        [.. replays.GroupBy(replay => (replay.Language, replay.Kind)).Select(group => MatrixRow.Of(group.Key.Language, group.Key.Kind, [.. group]))],
        // Inconclusive, or no verdict at all, counts against.
        Share(replays, replay => replay.Kind is ArmKind.Buggy, Verdict.Reproduced),
        Share(replays, replay => replay.Kind is not ArmKind.Buggy && !replay.Label.Allowed.Contains(Verdict.Reproduced), Verdict.Reproduced),
        Share(replays, replay => replay.Kind is ArmKind.Fixed, Verdict.Fixed),
        Share(replays, replay => replay.Kind is not ArmKind.Fixed && !replay.Label.Allowed.Contains(Verdict.Fixed), Verdict.Fixed),
        new Count(replays.Count(replay => !replay.IsRight), replays.Count));

    private static Count Share(IEnumerable<Judged> replays, Func<Judged, bool> isOne, Verdict verdict)
    {
        Judged[] chosen = [.. replays.Where(isOne)];
        return new Count(chosen.Count(replay => replay.Verdict == verdict), chosen.Length);
    }
}

/// <summary>One language and arm.</summary>
internal sealed record MatrixRow(string Language, string Arm, int Reproduced, int Fixed, int Diverged, int Inconclusive, int None, int Right, int Replays)
{
    public static MatrixRow Of(string language, ArmKind kind, IReadOnlyList<Judged> replays)
    {
        int Counted(Verdict? verdict) => replays.Count(replay => replay.Verdict == verdict);
        return new MatrixRow(
            language, ArmKinds.Name(kind), Counted(Verdict.Reproduced), Counted(Verdict.Fixed), Counted(Verdict.Diverged), Counted(Verdict.Inconclusive), Counted(null), replays.Count(replay => replay.IsRight), replays.Count);
    }
}
