using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Core.Runs;

/// <summary>Reads from a run what came of faults and edits.</summary>
internal static class WhatIfSights
{
    /// <summary>Null without any.</summary>
    public static WhatIfSight? Of(SandboxRun run, HopResult? entry)
    {
        WhatIfPlan plan = run.Choice.WhatIf;
        if (plan.IsEmpty)
            return null;
        HashSet<string> used = [.. run.Record.WhatIf.Select(use => use.Text)];
        return new WhatIfSight(used.Count > 0, [.. plan.Texts.Where(text => !used.Contains(text))], entry is null ? null : Difference(entry));
    }

    private static string? Difference(HopResult entry)
    {
        bool brokeAgain = entry.Sight is Sight.Same && entry.Call.Answer is { } recorded && FailureIdentity.EndOf(recorded) is not EndKind.Answered;
        if (brokeAgain)
            return null;
        return entry.Response.Divergences is [Divergence first, ..]
            ? $"{first.Place}: {first.Recorded ?? "nothing"} → {first.Replayed ?? "nothing"}"
            : entry.Sight is Sight.Same ? null : $"it ended in another way than recorded{(entry.Answer?.Detail is { } detail ? $" ({detail})" : "")}";
    }
}
