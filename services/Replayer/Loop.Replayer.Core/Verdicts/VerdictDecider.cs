using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>
/// The verdict table for an external destination: pure, total, the first matching row wins. The order of the rows is the order
/// of <c>docs/reference/verdicts.md</c>; what cannot be told is never called reproduced or fixed.
/// </summary>
public static class VerdictDecider
{
    /// <summary>Gives the verdict.</summary>
    public static Decision Decide(ReplayTarget target, ReplayObservations seen)
    {
        Judged judged = Judged.From(target, seen);
        return Sandbox(target, seen)
            ?? Reach(target, seen)
            ?? Input(target, seen, judged)
            ?? (target.Place is TargetPlace.Nowhere ? Healthy(seen) : null)
            ?? Present(target, seen, judged)
            ?? Other(target, seen, judged)
            ?? Absent(target, seen);
    }

    // V1
    private static Decision? Sandbox(ReplayTarget target, ReplayObservations seen)
    {
        if (seen.HarnessError is { } error)
            return Inconclusive("V1", $"sandbox: harness error: {error}", "replay again; if it stays, report the replay's id");
        string? unreachable = seen.Outcome switch
        {
            AnswerOutcome.ConnectRefused => "nothing listens at the destination",
            AnswerOutcome.ConnectUnreachable => "the destination cannot be reached",
            AnswerOutcome.ConnectTimedOut => "the destination did not accept a connection in time",
            AnswerOutcome.TlsFailed => "TLS with the destination failed",
            AnswerOutcome.HeadersGarbage => "the destination does not answer in HTTP of the recorded version",
            AnswerOutcome.BodyGarbage => "the destination broke HTTP's framing",
            AnswerOutcome.NotSent when target.RequestIncomplete is null => "nothing was sent",
            _ => null,
        };
        return unreachable is null
            ? null
            : Inconclusive("V1", $"sandbox: {unreachable}{Detail(seen)}", "start the service under test, or correct --destination, and replay again");
    }

    // V2, V3
    private static Decision? Reach(ReplayTarget target, ReplayObservations seen)
    {
        if (target.Place is TargetPlace.Outside)
            return Inconclusive("V2", $"origin not live: {target.Where} failed and is not below the hop that was sent",
                "replay without --hop, or choose a hop above it");
        if (seen.Origin is not Sight.NotObserved)
            return null;
        if (target.Place is TargetPlace.Deeper && !target.EntryFails)
            return Inconclusive("V2", $"origin not live: {target.Where} failed, its callers hid that, and no capture node saw it in the replay",
                "send it directly (--hop), or put proxies around the services under test");
        bool byProxy = target.MadeByProxy || (target.Place is not TargetPlace.Nowhere && target.EntryMadeByProxy);
        return byProxy
            ? Inconclusive("V3", $"made by the mesh: a proxy made the recorded answer of {target.Where}, and this replay bypasses it",
                "replay through that proxy, with Loop watching it")
            : null;
    }

    // V4
    private static Decision? Input(ReplayTarget target, ReplayObservations seen, Judged judged)
    {
        if (target.RequestIncomplete is { } request)
            return Inconclusive("V4", $"input incomplete: {request}",
                "raise the body limit of the capture nodes, or choose a hop whose request is whole (--hop)");
        if (judged.EvidenceIncomplete is { } evidence)
            return Inconclusive("V4", $"input incomplete: {evidence}", "raise the body limit of the capture nodes and keep the failure again");
        return seen is { CallerRefused: true, DroppedCredentials.Count: > 0 }
            ? Inconclusive("V4", $"input incomplete: the destination refused the caller, and {Names(seen)} could not be sent",
                $"supply it: --header '{seen.DroppedCredentials[0]}: …'")
            : null;
    }

    // H
    private static Decision Healthy(ReplayObservations seen)
    {
        if (Hang(seen) is { } hang)
            return hang;
        return seen is { Outcome: AnswerOutcome.Answered, AnyDivergence: false }
            ? new Decision(Verdict.Reproduced, "H", "same as recorded")
            : new Decision(Verdict.Diverged,
                "H", seen.Outcome is AnswerOutcome.Answered ? "the answer differs from the recorded one" : $"the answer broke off{Detail(seen)}");
    }

    // R1 to R4
    private static Decision? Present(ReplayTarget target, ReplayObservations seen, Judged judged)
    {
        if (judged.Sight is not Sight.Same)
            return null;
        if (judged.End is not EndKind.Answered)
            return new Decision(Verdict.Reproduced, "R4", $"{judged.Where}: {judged.Failure} again, in the same phase");
        if (!judged.IsWeak)
            return new Decision(Verdict.Reproduced, "R1", $"{judged.Where}: {judged.Failure} again, with the same answer");
        return seen.EarlierCallsEqual is true
            ? new Decision(Verdict.Reproduced, "R2",
                $"{judged.Where}: {judged.Failure} again after the same calls (weak evidence: the answer says nothing about its cause)")
            : Inconclusive("R3", $"cause unproven: {judged.Failure} again, but the answer says nothing about its cause",
                "put proxies around the services under test, so that the calls before the failure are seen");
    }

    // D1 to D3
    private static Decision? Other(ReplayTarget target, ReplayObservations seen, Judged judged)
    {
        if (judged.Sight is Sight.OtherIdentity)
            return new Decision(Verdict.Diverged, "D1", $"other cause: {judged.Where} ends with the same status and another answer");
        bool answerDecides = seen.Origin is Sight.NotObserved or Sight.Healthy or Sight.NotCalled;
        if (answerDecides && Hang(seen, target.EntryEnd) is { } hang)
            return hang;
        if (judged.Sight is Sight.OtherEnd or Sight.NotObserved)
            return new Decision(Verdict.Diverged, "D2", $"other failure: {judged.Where} ends in another way than recorded{Detail(seen)}");
        if (seen.FailsElsewhere is { } elsewhere)
            return new Decision(Verdict.Diverged, "D3", $"fails elsewhere: {elsewhere} fails and did not in the recording");
        return seen.EntryFails || seen.Entry is not Sight.Healthy
            ? new Decision(Verdict.Diverged, "D3", $"fails elsewhere: {target.Where} is healthy, yet the hop that was sent is not")
            : null;
    }

    // F1 to F3
    private static Decision Absent(ReplayTarget target, ReplayObservations seen)
    {
        if (seen.DroppedCredentials.Count > 0)
            return Inconclusive("F1", $"redacted input: the failure is absent, but {Names(seen)} could not be sent",
                $"supply it: --header '{seen.DroppedCredentials[0]}: …'");
        return seen.HasBaseline
            ? new Decision(Verdict.Fixed, "F3", $"{target.Failure} of {target.Where} is absent; an earlier replay reproduced it at another destination")
            : Inconclusive("F2", $"absent, no baseline: {target.Failure} of {target.Where} did not happen, and no replay ever reproduced it elsewhere",
                "replay against the build that failed first, at another destination");
    }

    private static Decision? Hang(ReplayObservations seen, EndKind recorded = EndKind.Answered)
    {
        if (seen.Outcome is not (AnswerOutcome.HeadersTimedOut or AnswerOutcome.BodyTimedOut))
            return null;
        // Our own limit is not the recorded party that gave up.
        if (recorded is EndKind.TimedOutBeforeHeaders or EndKind.TimedOutMidBody)
            return Inconclusive("D2", "time limit: only our own limit ended the call, the recorded one was ended by another party",
                "replay through the proxy that timed out, with Loop watching it");
        return seen.WaitedLongEnough
            ? new Decision(Verdict.Diverged, "D2", $"hang: no whole answer within the time limit{Detail(seen)}")
            : Inconclusive("D2", "time limit: no whole answer within the limit that was asked for", "replay with a longer --timeout");
    }

    private static string Names(ReplayObservations seen) => string.Join(", ", seen.DroppedCredentials);

    private static string Detail(ReplayObservations seen) => seen.OutcomeDetail is null ? "" : $" ({seen.OutcomeDetail})";

    private static Decision Inconclusive(string row, string reason, string next) => new(Verdict.Inconclusive, row, reason, next);

    /// <summary>The hop that decides: the origin where nodes saw it, else the answer that came back to us.</summary>
    private sealed record Judged(Sight Sight, EndKind End, bool IsWeak, string? EvidenceIncomplete, string Where, string? Failure)
    {
        public static Judged From(ReplayTarget target, ReplayObservations seen) => seen.Origin is Sight.NotObserved
            ? new Judged(seen.Entry, target.EntryEnd, target.EntryIsWeak, target.EntryEvidenceIncomplete, "entry", target.EntryFailure ?? target.Failure)
            : new Judged(seen.Origin, target.End, target.IsWeak, target.EvidenceIncomplete, target.Where ?? "origin", target.Failure);
    }
}
