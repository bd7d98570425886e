using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>A verdict with the row of the table that gave it.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Row">Row of <c>docs/reference/verdicts.md</c>.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="NextStep">What to do; null when there is nothing.</param>
public sealed record Decision(Verdict Verdict, string Row, string Reason, string? NextStep = null)
{
    /// <summary>How far the verdict reaches: the weakest of all runs.</summary>
    public Evidence Evidence { get; init; }

    /// <summary>Runs that reproduced the failure.</summary>
    public int ReproducedRuns { get; init; }

    /// <summary>All runs.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>What was seen and did not decide: calls after the judged answer that had no recorded answer.</summary>
    public IReadOnlyList<string> Listed { get; init; } = [];

    internal static Decision Inconclusive(string row, string reason, string next) => new(Verdict.Inconclusive, row, reason, next);

    internal static Decision Reproduced(string row, string reason) => new(Verdict.Reproduced, row, reason, "debug it, or replay a build with a fix");

    internal static Decision Diverged(string row, string reason) => new(Verdict.Diverged, row, reason, "read the first divergence: it is the likeliest cause");
}
