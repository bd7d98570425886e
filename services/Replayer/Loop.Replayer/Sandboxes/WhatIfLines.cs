using System.Globalization;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Sandboxes;

/// <summary>Says of each fault and edit where it took place, or that it never did.</summary>
internal static class WhatIfLines
{
    private const int MostCalls = 6;

    /// <summary>One line each, in the order in which they were given.</summary>
    public static IReadOnlyList<string> Of(WhatIfPlan plan, IEnumerable<RunRecord> runs)
    {
        ILookup<string, string> calls = runs.SelectMany(run => run.WhatIf).ToLookup(use => use.Text, use => use.Call);
        return [.. plan.Texts.Select(text => $"{text}: {Line([.. calls[text]])}")];
    }

    private static string Line(IReadOnlyList<string> calls)
    {
        if (calls.Count == 0)
            return "never took place: no such call was made, or its answer was not long enough";
        string[] distinct = [.. calls.Distinct()];
        string times = calls.Count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{calls.Count} times");
        return $"took place {times}: {string.Join(", ", distinct.Take(MostCalls))}{(distinct.Length > MostCalls ? ", …" : "")}";
    }
}
