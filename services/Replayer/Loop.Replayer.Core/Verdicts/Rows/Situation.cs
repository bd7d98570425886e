using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>What every row of the table reads.</summary>
internal sealed record Situation(ReplayTarget Target, ReplayObservations Seen, JudgedHop Judged)
{
    public static Situation Of(ReplayTarget target, ReplayObservations seen) => new(target, seen, JudgedHop.Of(target, seen));

    public bool IsSandbox => Seen.Evidence is not Evidence.Entry;

    public bool HasTarget => Target.Place is not TargetPlace.Nowhere;

    public bool OurLimitEndedIt => Seen.Outcome is AnswerOutcome.HeadersTimedOut or AnswerOutcome.BodyTimedOut;

    /// <summary>Calls in trouble that count. What an assignment settles is no trouble from the start; what it does not settle stays one.</summary>
    public IEnumerable<CallTrouble> Troubles => Seen.Troubles.Where(call => !call.IsBackground);

    // The same instant counts as before: the clock cannot tell, and a verdict must not guess.
    public bool IsBeforeJudgedEnd(CallTrouble call) => Seen.JudgedEndedAt is not { } end || call.BegunAt <= end;

    public IEnumerable<CallTrouble> LaterTroubles => Troubles.Where(call => !IsBeforeJudgedEnd(call));

    public string Detail => Seen.OutcomeDetail is null ? "" : $" ({Seen.OutcomeDetail})";

    public string Dropped => string.Join(", ", Seen.DroppedCredentials);
}
