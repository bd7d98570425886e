using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>Nothing failed in the recording: kept by hand.</summary>
internal static class HealthyRow
{
    /// <summary>Equal, or not; never fixed, since nothing was broken.</summary>
    public static Decision? H(Situation at)
    {
        if (at.HasTarget)
            return null;
        if (OtherRows.Hang(at, EndKind.Answered) is { } hang)
            return hang;
        if (at.Seen is { Outcome: AnswerOutcome.Answered, AnyDivergence: false })
            return new Decision(Verdict.Reproduced, "H", "same as recorded");
        return Decision.Diverged("H", at.Seen.Outcome is AnswerOutcome.Answered ? "the answer differs from the recorded one" : $"the answer broke off{at.Detail}");
    }
}
