using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>A verdict with the row of the table that gave it.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Row">Row of <c>docs/reference/verdicts.md</c>.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="NextStep">What to do; null when there is nothing.</param>
public sealed record Decision(Verdict Verdict, string Row, string Reason, string? NextStep = null);
