using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>Faults or edits are in force: the answer of the entry, or of the hop that was named, is held against the recorded one, and nothing is said about the recorded failure.</summary>
internal static class WhatIfRows
{
    /// <summary>The same answer.</summary>
    public static Decision? W1(Situation at) => at.Seen.WhatIf is { AnyTookPlace: true, Difference: null } seen && !IsCutOff(at)
        ? new Decision(Verdict.Unchanged, "W1", $"same {Answer(seen)}{Never(seen)}")
        : null;

    /// <summary>Another answer, or a hang.</summary>
    public static Decision? W2(Situation at)
    {
        if (at.Seen.WhatIf is not { AnyTookPlace: true } seen)
            return null;
        if (IsCutOff(at) && OtherRows.Hang(at, at.Judged.End) is { } hang)
            return hang with { Row = "W2" };
        return new Decision(Verdict.Diverged, "W2", $"other {Answer(seen)}: {seen.Difference}{Never(seen)}",
            "replay without faults and edits: what differs there too is not their doing");
    }

    /// <summary>Nothing of what was asked for took place.</summary>
    public static Decision? W3(Situation at) => at.Seen.WhatIf is { } seen
        ? Decision.Inconclusive("W3", $"what if: nothing of it took place: {string.Join("; ", seen.Never)}", "name calls that the live services make here: the report lists them with what differs")
        : null;

    // A hop below the entry may have ended before our limit did.
    private static bool IsCutOff(Situation at) => at.OurLimitEndedIt && (at.Seen.WhatIf?.Where is null || at.Seen.JudgedEndedAt is null);

    private static string Answer(WhatIfSight seen) => seen.Where is { } hop ? $"answer of {hop}" : "entry answer";

    private static string Never(WhatIfSight seen) => seen.Never.Count == 0 ? "" : $"; never took place: {string.Join("; ", seen.Never)}";
}
