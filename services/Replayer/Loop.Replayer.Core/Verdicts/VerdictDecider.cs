using Loop.Replayer.Core.Verdicts.Rows;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>
/// The verdict table of <c>docs/reference/verdicts.md</c>: pure, total, the first matching row wins, for sandboxes and external
/// destinations alike. What cannot be told is never called reproduced or fixed.
/// </summary>
public static class VerdictDecider
{
    // In the order of the page. V6 decides nothing, it is listed; F3 is what is left.
    private static readonly Func<Situation, Decision?>[] Table =
    [
        SandboxRows.V1,
        ReachRows.V2,
        ReachRows.V3,
        InputRows.V4,
        CallRows.V5,
        InputRows.V7,
        WhatIfRows.W1,
        WhatIfRows.W2,
        WhatIfRows.W3,
        HealthyRow.H,
        PresentRows.R1,
        PresentRows.R2,
        PresentRows.R3,
        PresentRows.R4,
        OtherRows.D1,
        OtherRows.D2,
        OtherRows.D3,
        AbsentRows.F1,
        AbsentRows.F2,
        AbsentRows.F3,
    ];

    /// <summary>The verdict of a replay that was run once.</summary>
    public static Decision Decide(ReplayTarget target, ReplayObservations seen) => Decide(target, [seen]);

    /// <summary>The verdict of a replay over all its runs, each with fresh processes and fresh state.</summary>
    public static Decision Decide(ReplayTarget target, IReadOnlyList<ReplayObservations> runs) =>
        RunCombination.Of([.. runs.Select(seen => (seen, OfRun(target, seen)))]);

    private static Decision OfRun(ReplayTarget target, ReplayObservations seen)
    {
        Situation situation = Situation.Of(target, seen);
        Decision decision = Table.Select(row => row(situation)).First(decision => decision is not null)!;
        return decision with { Evidence = seen.Evidence, Listed = CallRows.V6(situation) };
    }
}
