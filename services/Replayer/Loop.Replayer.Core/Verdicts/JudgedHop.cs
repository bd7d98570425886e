namespace Loop.Replayer.Core.Verdicts;

/// <summary>The hop that decides, with what the recording and the replay say about it.</summary>
/// <param name="Sight">Replayed against recorded.</param>
/// <param name="End">How it ended in the recording.</param>
/// <param name="IsWeak">Its recorded answer says nothing about its cause.</param>
/// <param name="EvidenceIncomplete">What the recording lacks to recognise it.</param>
/// <param name="Where">In words.</param>
/// <param name="Failure">Why it is a failure.</param>
internal sealed record JudgedHop(Sight Sight, EndKind End, bool IsWeak, string? EvidenceIncomplete, string Where, string? Failure)
{
    /// <summary>In a sandbox always the target's hop; outside, the sent hop's answer where nobody saw the failing hop.</summary>
    public static JudgedHop Of(ReplayTarget target, ReplayObservations seen)
    {
        JudgedHop hop = seen is { Evidence: Evidence.Entry, Origin: Sight.NotObserved }
            ? new JudgedHop(seen.Entry, target.EntryEnd, target.EntryIsWeak, target.EntryEvidenceIncomplete, "entry", target.EntryFailure ?? target.Failure)
            : new JudgedHop(seen.Origin, target.End, target.IsWeak, target.EvidenceIncomplete, target.Where ?? "origin", target.Failure);
        return target.Assertion is { } assertion ? hop.Asserting(assertion, seen) : hop;
    }

    /// <summary>The recorded end was no answer of the service: somebody's patience or connection ended.</summary>
    public bool IsBreak(ReplayTarget target) => End is not EndKind.Answered || target.TimeoutEmulated;

    // One value decides instead of the whole answer; a value is strong evidence by itself.
    private JudgedHop Asserting(AssertionTarget assertion, ReplayObservations seen) => this with
    {
        Failure = assertion.ToString(),
        IsWeak = false,
        End = EndKind.Answered,
        Sight = (Sight, seen.Assertion) switch
        {
            (Sight.NotObserved or Sight.NotCalled or Sight.OtherEnd, _) => Sight,
            (_, AssertionSight.NotObserved) => Sight.NotObserved,
            (_, AssertionSight.Expected) => Sight.Healthy,
            (Sight.Healthy, _) => Sight.OtherEnd,
            (_, AssertionSight.RecordedAgain) => Sight.Same,
            _ => Sight.OtherIdentity,
        },
    };
}
