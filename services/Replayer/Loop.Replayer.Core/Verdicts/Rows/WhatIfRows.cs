using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>Faults or edits are in force: the entry's answer is held against the recorded one, and nothing is said about the recorded failure.</summary>
internal static class WhatIfRows
{
    /// <summary>The same entry answer.</summary>
    public static Decision? W1(Situation at) => at.Seen.WhatIf is { AnyTookPlace: true, Difference: null } seen && !at.OurLimitEndedIt
        ? new Decision(Verdict.Unchanged, "W1", $"same entry answer{Never(seen)}")
        : null;

    /// <summary>Another entry answer, or a hang.</summary>
    public static Decision? W2(Situation at)
    {
        if (at.Seen.WhatIf is not { AnyTookPlace: true } seen)
            return null;
        if (OtherRows.Hang(at, at.Judged.End) is { } hang)
            return hang with { Row = "W2" };
        return new Decision(Verdict.Diverged, "W2", $"other entry answer: {seen.Difference}{Never(seen)}",
            "replay without faults and edits: what differs there too is not their doing");
    }

    /// <summary>Nothing of what was asked for took place.</summary>
    public static Decision? W3(Situation at) => at.Seen.WhatIf is { } seen
        ? Decision.Inconclusive("W3", $"what if: nothing of it took place: {string.Join("; ", seen.Never)}", "name calls that the live services make here: the report lists them with what differs")
        : null;

    private static string Never(WhatIfSight seen) => seen.Never.Count == 0 ? "" : $"; never took place: {string.Join("; ", seen.Never)}";
}
