using System.Globalization;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>Many runs, one verdict: a failure that happens sometimes is there, and one that stays away must stay away often enough.</summary>
internal static class RunCombination
{
    public static Decision Of(IReadOnlyList<(ReplayObservations Seen, Decision Decision)> runs)
    {
        if (runs.Count == 0)
            return Decision.Inconclusive("V1", "sandbox: nothing was run", "replay again") with { Runs = 0 };
        List<Decision> decisions = [.. runs.Select(run => run.Decision)];
        int reproduced = decisions.Count(decision => decision.Verdict is Verdict.Reproduced);
        Decision decision = Combined(runs, decisions);
        return decision with
        {
            Evidence = decisions.Min(one => one.Evidence),
            ReproducedRuns = reproduced,
            Runs = runs.Count,
            Listed = [.. decisions.SelectMany(one => one.Listed).Distinct()],
        };
    }

    private static Decision Combined(IReadOnlyList<(ReplayObservations Seen, Decision Decision)> runs, List<Decision> decisions)
    {
        if (runs.All(run => run.Seen is { WhatIf: not null, Assignment: not null }) && OfAssignments(runs) is { } ambiguous)
            return ambiguous;
        // Without a target, one run that differs is a difference.
        bool healthy = decisions.Exists(one => one.Row == "H");
        Verdict[] order = healthy
            ? [Verdict.Diverged, Verdict.Inconclusive, Verdict.Reproduced]
            : [Verdict.Reproduced, Verdict.Diverged, Verdict.Inconclusive, Verdict.Unchanged];
        foreach (Verdict verdict in order)
        {
            int index = decisions.FindIndex(one => one.Verdict == verdict);
            if (index >= 0)
                return Counted(runs[index].Seen, decisions[index], decisions);
        }

        return Absent(runs, decisions[0]);
    }

    // Which way is the true one nobody knows: a difference may be the assignment's doing, and so may its absence.
    private static Decision? OfAssignments(IReadOnlyList<(ReplayObservations Seen, Decision Decision)> runs)
    {
        List<bool> differs = [.. runs.GroupBy(run => run.Seen.Assignment!.Number).Select(way => way.Any(run => run.Decision.Verdict is Verdict.Diverged))];
        int different = differs.Count(one => one);
        int ways = runs.Max(run => run.Seen.Assignment!.Count);
        bool isMixed = different > 0 && (different < differs.Count || different < ways);
        return isMixed && runs.All(run => run.Decision.Verdict is Verdict.Diverged or Verdict.Unchanged)
            ? Decision.Inconclusive("N", string.Create(CultureInfo.InvariantCulture, $"ambiguous: another answer under {different} of {ways} assignments of equal calls, and the recording does not tell which is the true one"),
                "admit one call at a time (serialise: in the sandbox file)")
            : null;
    }

    private static Decision Counted(ReplayObservations seen, Decision decision, List<Decision> decisions)
    {
        string under = decision.Verdict is Verdict.Reproduced && seen.Assignment is { } assignment ? $"; under assignment {assignment.Name}" : "";
        if (decisions.Count == 1)
            return under.Length == 0 ? decision : decision with { Reason = decision.Reason + under };
        int count = decisions.Count(one => one.Verdict == decision.Verdict);
        return decision with { Reason = string.Create(CultureInfo.InvariantCulture, $"{count} of {decisions.Count} runs: {decision.Reason}{under}") };
    }

    private static Decision Absent(IReadOnlyList<(ReplayObservations Seen, Decision Decision)> runs, Decision first)
    {
        // Runs of one replay share their baseline; should they not, the rarest failure asks for most.
        int needed = runs.Max(run => run.Seen.Baseline!.RunsNeeded!.Value);
        int assignments = runs.Max(run => run.Seen.Assignment?.Count ?? 1);
        List<int> tried = [.. runs.GroupBy(run => run.Seen.Assignment?.Number ?? 1).Select(group => group.Count())];
        if (tried.Count < assignments)
            return Decision.Inconclusive("N", string.Create(CultureInfo.InvariantCulture, $"ambiguous: absent under {tried.Count} of {assignments} assignments"),
                "try all assignments (--permute)");
        if (tried.Min() < needed)
            return Decision.Inconclusive("N",
                string.Create(CultureInfo.InvariantCulture, $"too few runs: absent in {tried.Min()}, and the failing build fails too rarely for less than {needed}"),
                string.Create(CultureInfo.InvariantCulture, $"replay with --times {needed}"));
        return runs.Count == 1 ? first : first with { Reason = string.Create(CultureInfo.InvariantCulture, $"{runs.Count} of {runs.Count} runs: {first.Reason}") };
    }
}
