using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Core.Runs;

/// <summary>Reads from a run what came of faults and edits.</summary>
internal static class WhatIfSights
{
    /// <summary>Null without any.</summary>
    /// <param name="run">The run.</param>
    /// <param name="judged">The hop whose answer decides; null when it was not called.</param>
    public static WhatIfSight? Of(SandboxRun run, HopResult? judged)
    {
        WhatIfPlan plan = run.Choice.WhatIf;
        if (plan.IsEmpty)
            return null;
        HashSet<string> used = [.. run.Record.WhatIf.Select(use => use.Text)];
        return new WhatIfSight(used.Count > 0, [.. plan.Texts.Where(text => !used.Contains(text))], judged is null ? "it was not called" : Difference(judged))
        {
            Where = run.Choice.Judged is { } named && named != run.Choice.Plan.Entry ? named.Label : null,
        };
    }

    private static string? Difference(HopResult judged)
    {
        bool brokeAgain = judged.Sight is Sight.Same && judged.Call.Answer is { } recorded && FailureIdentity.EndOf(recorded) is not EndKind.Answered;
        if (brokeAgain)
            return null;
        return judged.Response.Divergences is [Divergence first, ..]
            ? $"{first.Place}: {first.Recorded ?? "nothing"} → {first.Replayed ?? "nothing"}"
            : judged.Sight is Sight.Same ? null : $"it ended in another way than recorded{(judged.Answer?.Detail is { } detail ? $" ({detail})" : "")}";
    }
}
