using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>External destinations: one case per row of the table and on both sides of each border, in the order of the table.</summary>
public sealed class ExternalVerdictTests
{
    private static readonly Baseline Proven = new(1, 1);
    private static readonly ReplayTarget Entry = new() { Place = TargetPlace.Entry, Where = "entry", Failure = "status 500", EntryFails = true };
    private static readonly ReplayTarget Deeper = Entry with { Place = TargetPlace.Deeper, Where = "payments POST /charge #1" };
    private static readonly ReplayTarget Hidden = Deeper with { EntryFails = false };
    private static readonly ReplayTarget Healthy = new() { Place = TargetPlace.Nowhere };
    private static readonly ReplayObservations Again = new() { Outcome = AnswerOutcome.Answered, Entry = Sight.Same, EntryFails = true };
    private static readonly ReplayObservations Absent = new() { Outcome = AnswerOutcome.Answered, Entry = Sight.Healthy, AnyDivergence = true };
    private static readonly ReplayObservations Hang = new() { Outcome = AnswerOutcome.HeadersTimedOut, Entry = Sight.OtherEnd, EntryFails = true, AnyDivergence = true };

    private static readonly Dictionary<string, (ReplayTarget Target, ReplayObservations Seen, Verdict Verdict, string Row)> Cases = new()
    {
        ["harness error wins over a match"] = (Entry, Again with { Fault = new(SandboxFaultKind.HarnessError, "boom") }, Verdict.Inconclusive, "V1"),
        ["refused"] = (Entry, Again with { Outcome = AnswerOutcome.ConnectRefused }, Verdict.Inconclusive, "V1"),
        ["unreachable"] = (Entry, Again with { Outcome = AnswerOutcome.ConnectUnreachable }, Verdict.Inconclusive, "V1"),
        ["connect timed out"] = (Entry, Again with { Outcome = AnswerOutcome.ConnectTimedOut }, Verdict.Inconclusive, "V1"),
        ["TLS"] = (Entry, Again with { Outcome = AnswerOutcome.TlsFailed }, Verdict.Inconclusive, "V1"),
        ["garbage for headers"] = (Entry, Again with { Outcome = AnswerOutcome.HeadersGarbage }, Verdict.Inconclusive, "V1"),
        ["garbage for a body"] = (Entry, Again with { Outcome = AnswerOutcome.BodyGarbage }, Verdict.Inconclusive, "V1"),
        ["refused, healthy recording"] = (Healthy, Again with { Outcome = AnswerOutcome.ConnectRefused }, Verdict.Inconclusive, "V1"),
        ["origin beside the sent hop"] = (Entry with { Place = TargetPlace.Outside }, Again, Verdict.Inconclusive, "V2"),
        ["hidden origin, unseen"] = (Hidden, Again with { EntryFails = false }, Verdict.Inconclusive, "V2"),
        ["hidden origin, seen"] = (Hidden, Again with { EntryFails = false, Origin = Sight.Same }, Verdict.Reproduced, "R1"),
        ["passed-on origin, unseen"] = (Deeper, Again, Verdict.Reproduced, "R1"),
        ["entry made by the proxy"] = (Entry with { MadeByProxy = true, EntryMadeByProxy = true }, Again, Verdict.Inconclusive, "V3"),
        ["entry made by the proxy, proxy seen"] = (Entry with { MadeByProxy = true, EntryMadeByProxy = true }, Again with { Origin = Sight.Same }, Verdict.Reproduced, "R1"),
        ["origin made by a proxy, unseen"] = (Deeper with { MadeByProxy = true }, Again, Verdict.Inconclusive, "V3"),
        ["origin made by a proxy, seen"] = (Deeper with { MadeByProxy = true }, Again with { Origin = Sight.Same }, Verdict.Reproduced, "R1"),
        ["absent, but made by the proxy"] = (Entry with { EntryMadeByProxy = true }, Absent with { Baseline = Proven }, Verdict.Inconclusive, "V3"),
        ["request incomplete"] = (Entry with { RequestIncomplete = "cut" }, new() { Outcome = AnswerOutcome.NotSent }, Verdict.Inconclusive, "V4"),
        ["nothing sent for no reason"] = (Entry, new() { Outcome = AnswerOutcome.NotSent }, Verdict.Inconclusive, "V1"),
        ["entry evidence incomplete"] = (Entry with { EntryEvidenceIncomplete = "cut" }, Again, Verdict.Inconclusive, "V4"),
        ["entry evidence incomplete, origin seen"] = (Deeper with { EntryEvidenceIncomplete = "cut" }, Again with { Origin = Sight.Same }, Verdict.Reproduced, "R1"),
        ["origin evidence incomplete, origin seen"] = (Deeper with { EvidenceIncomplete = "cut" }, Again with { Origin = Sight.Same }, Verdict.Inconclusive, "V4"),
        ["caller refused, credential dropped"] = (Entry, Absent with { Entry = Sight.OtherEnd, CallerRefused = true, DroppedCredentials = ["authorization"] }, Verdict.Inconclusive, "V4"),
        ["caller refused, nothing dropped"] = (Entry, Absent with { Entry = Sight.OtherEnd, CallerRefused = true }, Verdict.Diverged, "D2"),
        ["credential dropped, failure again"] = (Entry, Again with { DroppedCredentials = ["cookie"] }, Verdict.Reproduced, "R1"),
        ["healthy, equal"] = (Healthy, Again with { EntryFails = false }, Verdict.Reproduced, "H"),
        ["healthy, different"] = (Healthy, Again with { EntryFails = false, AnyDivergence = true }, Verdict.Diverged, "H"),
        ["healthy, different, with baseline"] = (Healthy, Absent with { Baseline = Proven }, Verdict.Diverged, "H"),
        ["healthy, broken off"] = (Healthy, Again with { Outcome = AnswerOutcome.BodyReset }, Verdict.Diverged, "H"),
        ["healthy, hang"] = (Healthy, Hang, Verdict.Diverged, "D2"),
        ["strong and equal"] = (Entry, Again, Verdict.Reproduced, "R1"),
        ["strong and equal, other differences"] = (Entry, Again with { AnyDivergence = true }, Verdict.Reproduced, "R1"),
        ["origin equal, entry different"] = (Deeper, Again with { Origin = Sight.Same, Entry = Sight.OtherEnd, AnyDivergence = true }, Verdict.Reproduced, "R1"),
        ["weak, same calls before"] = (Entry with { EntryIsWeak = true }, Again with { EarlierCallsEqual = true }, Verdict.Reproduced, "R2"),
        ["weak, other calls before"] = (Entry with { EntryIsWeak = true }, Again with { EarlierCallsEqual = false }, Verdict.Inconclusive, "R3"),
        ["weak, calls unseen"] = (Entry with { EntryIsWeak = true }, Again, Verdict.Inconclusive, "R3"),
        ["weak entry, strong origin seen"] = (Deeper with { EntryIsWeak = true }, Again with { Origin = Sight.Same }, Verdict.Reproduced, "R1"),
        ["weak origin seen, strong entry"] = (Deeper with { IsWeak = true }, Again with { Origin = Sight.Same }, Verdict.Inconclusive, "R3"),
        ["reset in the same phase"] = (Entry with { EntryEnd = EndKind.ResetMidBody, EntryIsWeak = true }, Again with { Outcome = AnswerOutcome.BodyReset }, Verdict.Reproduced, "R4"),
        ["reset in another phase"] = (Entry with { EntryEnd = EndKind.ResetMidBody }, Again with { Outcome = AnswerOutcome.HeadersReset, Entry = Sight.OtherEnd }, Verdict.Diverged, "D2"),
        ["same status, other answer"] = (Entry, Again with { Entry = Sight.OtherIdentity, AnyDivergence = true }, Verdict.Diverged, "D1"),
        ["origin other answer, entry equal"] = (Deeper, Again with { Origin = Sight.OtherIdentity, AnyDivergence = true }, Verdict.Diverged, "D1"),
        ["other status"] = (Entry, Again with { Entry = Sight.OtherEnd, AnyDivergence = true }, Verdict.Diverged, "D2"),
        ["origin other status"] = (Deeper, Again with { Origin = Sight.OtherEnd, AnyDivergence = true }, Verdict.Diverged, "D2"),
        ["hang"] = (Entry, Hang, Verdict.Diverged, "D2"),
        ["hang, waited too little"] = (Entry, Hang with { WaitedLongEnough = false }, Verdict.Inconclusive, "D2"),
        ["hang, target a timeout"] = (Entry with { EntryEnd = EndKind.TimedOutBeforeHeaders }, Hang, Verdict.Inconclusive, "D2"),
        ["body hang"] = (Entry, Hang with { Outcome = AnswerOutcome.BodyTimedOut }, Verdict.Diverged, "D2"),
        ["absent, other hop fails"] = (Entry, Absent with { FailsElsewhere = [new("web GET /x #1")], Baseline = Proven }, Verdict.Diverged, "D3"),
        ["origin healthy, entry fails again"] = (Deeper, Again with { Origin = Sight.Healthy, Baseline = Proven }, Verdict.Diverged, "D3"),
        ["hidden origin healthy, entry fails newly"] = (Hidden, Again with { Origin = Sight.Healthy, Entry = Sight.OtherEnd, Baseline = Proven }, Verdict.Diverged, "D3"),
        ["hidden origin healthy, entry as recorded"] = (Hidden, Absent with { Origin = Sight.Healthy, Entry = Sight.Same, Baseline = Proven }, Verdict.Fixed, "F3"),
        ["hidden origin healthy, entry healthy with another body"] = (Hidden, Absent with { Origin = Sight.Healthy, Entry = Sight.OtherIdentity, Baseline = Proven }, Verdict.Fixed, "F3"),
        ["origin not called, entry fails"] = (Deeper, Again with { Origin = Sight.NotCalled, Baseline = Proven }, Verdict.Diverged, "D3"),
        ["origin not called, entry healthy"] = (Deeper, Absent with { Origin = Sight.NotCalled, Baseline = Proven }, Verdict.Fixed, "F3"),
        ["absent, credential dropped"] = (Entry, Absent with { DroppedCredentials = ["authorization"], Baseline = Proven }, Verdict.Inconclusive, "F1"),
        ["absent, no baseline"] = (Entry, Absent, Verdict.Inconclusive, "F2"),
        ["absent, baseline"] = (Entry, Absent with { Baseline = Proven }, Verdict.Fixed, "F3"),
        ["passed-on origin absent, baseline"] = (Deeper, Absent with { Baseline = Proven }, Verdict.Fixed, "F3"),
        ["origin healthy, entry healthy, baseline"] = (Hidden, Absent with { Origin = Sight.Healthy, Baseline = Proven }, Verdict.Fixed, "F3"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Decide_Case_GivesItsRow(string name)
    {
        (ReplayTarget target, ReplayObservations seen, Verdict verdict, string row) = Cases[name];

        Decision decision = VerdictDecider.Decide(target, seen);

        Assert.Equal((verdict, row), (decision.Verdict, decision.Row));
        Assert.NotEmpty(decision.Reason);
    }

    [Fact]
    public void Decide_FixedByTheSentHopsAnswer_NamesWhatTheFailingHopDid()
    {
        ReplayTarget target = Deeper with { Failure = "status 500", EntryFailure = "status 502" };
        Decision decision = VerdictDecider.Decide(target, Absent with { Baseline = Proven });
        Assert.StartsWith("status 500 of payments POST /charge #1 is absent", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_Inconclusive_AlwaysSaysWhatToDo() =>
        Assert.All(Cases.Values.Where(one => one.Verdict is Verdict.Inconclusive), one => Assert.NotNull(VerdictDecider.Decide(one.Target, one.Seen).NextStep));
}
