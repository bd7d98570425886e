using Loop.Contracts.Replays;
using Loop.TruthBench.Arms;
using Loop.TruthBench.Replays;

namespace Loop.TruthBench.Matrix;

/// <summary>What the matrix counts of a replay.</summary>
/// <param name="Language">Language of the service with the bug.</param>
/// <param name="Kind">The arm.</param>
/// <param name="Label">What would be right.</param>
/// <param name="Verdict">Null when none was given.</param>
internal sealed record Judged(string Language, ArmKind Kind, Label Label, Verdict? Verdict)
{
    public static Judged Of(ArmReplay replay) => new(replay.Arm.Bug.Language, replay.Arm.Kind, replay.Label, replay.Verdict);

    /// <summary>The same replay as a careless rule judges it.</summary>
    public static Judged Lying(ArmReplay replay) => Of(replay) with { Verdict = LyingRule.Decide(replay) };

    public bool IsRight => Verdict is { } verdict && Label.Allowed.Contains(verdict);
}
