using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>Sealed sandboxes: one case per row of the table and on both sides of each border, in the order of the table.</summary>
public sealed class SandboxVerdictTests
{
    private static readonly TimeSpan JudgedEnd = TimeSpan.FromMilliseconds(100);
    private static readonly Baseline Proven = new(1, 1);
    private static readonly AssertionTarget Wrong = AssertionTests.Total("12.34", "12.35");

    private static readonly ReplayTarget Origin = new()
    {
        Place = TargetPlace.Deeper,
        Where = "payments POST /charge #1",
        Failure = "status 500",
        EntryFails = true,
        EntryFailure = "status 500",
    };

    private static readonly ReplayTarget Hidden = Origin with { EntryFails = false };
    private static readonly ReplayTarget Weak = Origin with { IsWeak = true };
    private static readonly ReplayTarget Reset = Origin with { End = EndKind.ResetMidBody, IsWeak = true };
    private static readonly ReplayTarget Emulated = Origin with { MadeByProxy = true, TimeoutEmulated = true, IsWeak = true };
    private static readonly ReplayTarget Asserted = new() { Place = TargetPlace.Deeper, Where = "prices GET /total #1", Assertion = Wrong };
    private static readonly ReplayTarget Healthy = new() { Place = TargetPlace.Nowhere };
    private static readonly ReplayTarget WhatIf = new() { Place = TargetPlace.Entry, Where = "entry" };

    private static readonly ReplayObservations Again = new()
    {
        Evidence = Evidence.Sealed,
        Outcome = AnswerOutcome.Answered,
        Entry = Sight.Same,
        EntryFails = true,
        Origin = Sight.Same,
        JudgedEndedAt = JudgedEnd,
        EarlierCallsEqual = true,
    };

    private static readonly ReplayObservations Absent = Again with { Entry = Sight.Healthy, EntryFails = false, Origin = Sight.Healthy, AnyDivergence = true, Baseline = Proven };
    private static readonly ReplayObservations Hang = Again with { Outcome = AnswerOutcome.HeadersTimedOut, Entry = Sight.OtherEnd, Origin = Sight.OtherEnd, JudgedEndedAt = null };
    private static readonly ReplayObservations Broken = Again with { Break = new BreakEvidence(true, true, true) };
    private static readonly ReplayObservations WrongAgain = Again with { EntryFails = false, Assertion = AssertionSight.RecordedAgain };

    private static readonly Dictionary<string, (ReplayTarget Target, ReplayObservations Seen, Verdict Verdict, string Row)> Cases = new()
    {
        ["not ready"] = (Origin, Again with { Fault = new(SandboxFaultKind.Unhealthy, "web") }, Verdict.Inconclusive, "V1"),
        ["seed failed"] = (Origin, Again with { Fault = new(SandboxFaultKind.SeedFailed, "web") }, Verdict.Inconclusive, "V1"),
        ["service died"] = (Origin, Again with { Fault = new(SandboxFaultKind.ServiceDied, "web") }, Verdict.Inconclusive, "V1"),
        ["cancelled"] = (Origin, Absent with { Fault = new(SandboxFaultKind.Cancelled, "by ada") }, Verdict.Inconclusive, "V1"),
        ["values changed"] = (Origin, Absent with { Fault = new(SandboxFaultKind.ValuesChanged, "total") }, Verdict.Inconclusive, "V1"),
        ["harness error"] = (Healthy, Again with { Fault = new(SandboxFaultKind.HarnessError, "boom") }, Verdict.Inconclusive, "V1"),
        ["control failed, failure again"] = (Origin, Again with { Control = ControlResult.Failed }, Verdict.Inconclusive, "V1"),
        ["control failed, failure absent"] = (Origin, Absent with { Control = ControlResult.Failed }, Verdict.Inconclusive, "V1"),
        ["control passed, failure absent"] = (Origin, Absent with { Control = ControlResult.Passed }, Verdict.Fixed, "F3"),
        ["broken sandbox wins over an origin that is not live"] = (Origin with { JudgedIsLive = false }, Again with { Control = ControlResult.Failed }, Verdict.Inconclusive, "V1"),

        ["origin recorded, failure served"] = (Origin with { JudgedIsLive = false }, Again, Verdict.Inconclusive, "V2"),
        ["origin recorded, nothing sent"] = (Origin with { JudgedIsLive = false }, Again with { Outcome = AnswerOutcome.NotSent }, Verdict.Inconclusive, "V2"),
        ["named hop recorded"] = (Origin with { JudgedIsLive = false, JudgeNamed = true }, Again, Verdict.Inconclusive, "V2"),
        ["named hop live"] = (Origin with { JudgeNamed = true }, Again, Verdict.Reproduced, "R1"),
        ["healthy recording has no origin"] = (Healthy with { JudgedIsLive = false }, Again, Verdict.Reproduced, "H"),

        ["made by the proxy"] = (Origin with { MadeByProxy = true }, Again, Verdict.Inconclusive, "V3"),
        ["made by the proxy, absent"] = (Origin with { MadeByProxy = true }, Absent, Verdict.Inconclusive, "V3"),
        ["entry made by the proxy, origin a service"] = (Origin with { EntryMadeByProxy = true }, Again, Verdict.Reproduced, "R1"),
        ["timeout of the mesh, played"] = (Emulated, Broken, Verdict.Reproduced, "R4"),
        ["timeout of the mesh, played, made by the service itself"] = (Emulated, Broken with { Break = new(false, true, true) }, Verdict.Inconclusive, "R3"),
        ["timeout of the mesh, played, other calls open"] = (Emulated, Broken with { Break = new(true, false, true) }, Verdict.Inconclusive, "R3"),
        ["timeout of the mesh, played, the answer came soon after"] = (Emulated, Broken with { Break = new(true, true, true) { Near = "it answered 40 ms after the limit" } }, Verdict.Inconclusive, "R3"),
        ["timeout of the mesh, played, other calls before"] = (Emulated, Broken with { EarlierCallsEqual = false }, Verdict.Inconclusive, "R3"),
        ["timeout of the mesh, played, calls unseen"] = (Emulated, Broken with { EarlierCallsEqual = null }, Verdict.Inconclusive, "R3"),
        ["timeout of the mesh, played, another failure in time"] = (Emulated, Broken with { Origin = Sight.OtherEnd }, Verdict.Diverged, "D2"),
        ["timeout of the mesh, played, healthy in time"] = (Emulated, Absent, Verdict.Fixed, "F3"),
        ["timeout of the mesh, played, healthy in time, no baseline"] = (Emulated, Absent with { Baseline = null }, Verdict.Inconclusive, "F2"),

        ["request incomplete"] = (Origin with { RequestIncomplete = "cut" }, Again with { Outcome = AnswerOutcome.NotSent }, Verdict.Inconclusive, "V4"),
        ["evidence incomplete"] = (Origin with { EvidenceIncomplete = "cut" }, Absent, Verdict.Inconclusive, "V4"),
        ["evidence of the entry incomplete"] = (Origin with { EntryEvidenceIncomplete = "cut" }, Again, Verdict.Reproduced, "R1"),
        ["served answer truncated"] = (Origin, Again with { IncompleteInputs = ["answer of stock"] }, Verdict.Inconclusive, "V4"),
        ["judged hop unseen"] = (Origin, Again with { Origin = Sight.NotObserved }, Verdict.Inconclusive, "V4"),
        ["caller refused, credential dropped"] = (Origin, Absent with { Origin = Sight.OtherEnd, CallerRefused = true, DroppedCredentials = ["cookie"] }, Verdict.Inconclusive, "V4"),
        ["minted token refused"] = (Origin, Absent with { Origin = Sight.OtherEnd, TokenRefused = "web refused it" }, Verdict.Inconclusive, "V4"),
        ["minted token refused, failure again"] = (Origin, Again with { TokenRefused = "web refused it" }, Verdict.Inconclusive, "V4"),
        ["a fifth masked"] = (Origin, Again with { MaskedShare = 0.20 }, Verdict.Reproduced, "R1"),
        ["more than a fifth masked"] = (Origin, Again with { MaskedShare = 0.21 }, Verdict.Inconclusive, "V4"),

        ["miss before"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Miss, 99)] }, Verdict.Inconclusive, "V5"),
        ["miss at the same instant"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Miss, 100)] }, Verdict.Inconclusive, "V5"),
        ["miss later, V6"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Miss, 101)] }, Verdict.Reproduced, "R1"),
        ["judged answer never ended: all is before"] = (Origin, Again with { JudgedEndedAt = null, Troubles = [Trouble(TroubleKind.Miss, 101)] }, Verdict.Inconclusive, "V5"),
        ["refused before"] = (Origin, Absent with { Troubles = [Trouble(TroubleKind.Refused, 1)] }, Verdict.Inconclusive, "V5"),
        ["refused later, V6"] = (Origin, Absent with { Troubles = [Trouble(TroubleKind.Refused, 101)] }, Verdict.Fixed, "F3"),
        ["opaque before"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Opaque, 99) with { Note = "bank.example" }] }, Verdict.Inconclusive, "V5"),
        ["opaque later, V6"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Opaque, 101) with { Note = "bank.example" }] }, Verdict.Reproduced, "R1"),
        ["opaque in the background"] = (Origin, Absent with { Troubles = [Trouble(TroubleKind.Opaque, 99) with { Note = "bank.example", IsBackground = true }] }, Verdict.Fixed, "F3"),
        ["ambiguous before"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Ambiguous, 1)] }, Verdict.Inconclusive, "V5"),
        ["assigned"] = (Origin, Again with { Assignment = new("1-2", 1, 2) }, Verdict.Reproduced, "R1"),
        ["assigned, and ambiguous elsewhere"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Ambiguous, 1)], Assignment = new("1-2", 1, 2) }, Verdict.Inconclusive, "V5"),
        ["ambiguous, too many assignments"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Ambiguous, 1)], TooManyAssignments = true }, Verdict.Inconclusive, "V5"),
        ["too many assignments of what was not called"] = (Origin, Again with { TooManyAssignments = true }, Verdict.Reproduced, "R1"),
        ["ambiguous, assigned, and a miss"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Ambiguous, 1), Trouble(TroubleKind.Miss, 2)], Assignment = new("1-2", 1, 2) }, Verdict.Inconclusive, "V5"),
        ["background miss before"] = (Origin, Again with { Troubles = [Trouble(TroubleKind.Miss, 1) with { IsBackground = true }] }, Verdict.Reproduced, "R1"),
        ["miss of a healthy recording"] = (Healthy, Again with { Troubles = [Trouble(TroubleKind.Miss, 1)] }, Verdict.Inconclusive, "V5"),

        ["undeclared state"] = (Origin, Absent with { UndeclaredState = "PostgreSQL db:5432" }, Verdict.Inconclusive, "V7"),
        ["undeclared state, failure again"] = (Origin, Again with { UndeclaredState = "PostgreSQL db:5432" }, Verdict.Inconclusive, "V7"),

        ["strong and equal, other differences"] = (Origin, Again with { AnyDivergence = true, Entry = Sight.OtherEnd }, Verdict.Reproduced, "R1"),
        ["strong and equal, other calls before"] = (Origin, Again with { EarlierCallsEqual = false }, Verdict.Diverged, "D1"),
        ["strong and equal, calls unseen"] = (Origin, Again with { EarlierCallsEqual = null }, Verdict.Inconclusive, "R3"),
        ["weak, control passed, same calls"] = (Weak, Again with { Control = ControlResult.Passed }, Verdict.Reproduced, "R2"),
        ["weak, no control"] = (Weak, Again, Verdict.Inconclusive, "R3"),
        ["weak, control passed, other calls"] = (Weak, Again with { Control = ControlResult.Passed, EarlierCallsEqual = false }, Verdict.Inconclusive, "R3"),
        ["weak, control passed, calls unseen"] = (Weak, Again with { Control = ControlResult.Passed, EarlierCallsEqual = null }, Verdict.Inconclusive, "R3"),
        ["reset again"] = (Reset, Broken, Verdict.Reproduced, "R4"),
        ["reset by another party"] = (Reset, Broken with { Break = new(false, true, true) }, Verdict.Inconclusive, "R3"),
        ["reset with other calls open"] = (Reset, Broken with { Break = new(true, false, true) }, Verdict.Inconclusive, "R3"),
        ["reset without latency"] = (Reset, Broken with { Break = new(true, true, false) }, Verdict.Inconclusive, "R3"),
        ["reset, nothing known of it"] = (Reset, Again with { Control = ControlResult.Passed }, Verdict.Inconclusive, "R3"),
        ["reset in another phase"] = (Reset, Broken with { Origin = Sight.OtherEnd }, Verdict.Diverged, "D2"),

        ["other cause"] = (Origin, Again with { Origin = Sight.OtherIdentity }, Verdict.Diverged, "D1"),
        ["other status"] = (Origin, Again with { Origin = Sight.OtherEnd }, Verdict.Diverged, "D2"),
        ["hang"] = (Origin, Hang, Verdict.Diverged, "D2"),
        ["hang, waited too little"] = (Origin, Hang with { WaitedLongEnough = false }, Verdict.Inconclusive, "D2"),
        ["hang, target a timeout"] = (Reset with { End = EndKind.TimedOutBeforeHeaders }, Hang, Verdict.Inconclusive, "D2"),
        ["hang, target a played timeout"] = (Emulated, Hang, Verdict.Inconclusive, "D2"),
        ["other status, then the entry hangs"] = (Reset with { End = EndKind.TimedOutBeforeHeaders }, Hang with { JudgedEndedAt = JudgedEnd }, Verdict.Diverged, "D2"),
        ["healthy, then the entry hangs"] = (Origin, Hang with { Origin = Sight.Healthy, JudgedEndedAt = JudgedEnd, Baseline = Proven }, Verdict.Diverged, "D2"),
        ["healthy, another hop fails"] = (Origin, Absent with { FailsElsewhere = [new("stock GET /x #1")] }, Verdict.Diverged, "D3"),
        ["healthy, another hop fails behind a later miss"] = (Origin, Absent with { FailsElsewhere = [new("ship POST / #1", AfterMiss: true)], Troubles = [Trouble(TroubleKind.Miss, 101)] }, Verdict.Fixed, "F3"),
        ["healthy, one fails behind a later miss, one does not"] = (Origin, Absent with { FailsElsewhere = [new("ship POST / #1", AfterMiss: true), new("stock GET /x #1")], Troubles = [Trouble(TroubleKind.Miss, 101)] }, Verdict.Diverged, "D3"),
        ["a miss that nobody saw excuses nothing"] = (Origin, Absent with { FailsElsewhere = [new("ship POST / #1", AfterMiss: true)] }, Verdict.Diverged, "D3"),
        ["healthy, entry still fails"] = (Origin, Absent with { Entry = Sight.Same, EntryFails = true }, Verdict.Diverged, "D3"),
        ["healthy, entry fails behind a later miss"] = (Origin, Absent with { Entry = Sight.OtherIdentity, EntryFails = true, EntryFailsAfterMiss = true, Troubles = [Trouble(TroubleKind.Miss, 101)] }, Verdict.Fixed, "F3"),
        ["healthy, entry ends as in the recorded failure"] = (Origin, Absent with { Entry = Sight.Same }, Verdict.Diverged, "D3"),
        ["healthy, entry refused"] = (Origin, Absent with { Entry = Sight.OtherEnd }, Verdict.Diverged, "D3"),
        ["not called, entry healthy"] = (Origin, Absent with { Origin = Sight.NotCalled }, Verdict.Fixed, "F3"),
        ["not called, entry fails"] = (Origin, Absent with { Origin = Sight.NotCalled, EntryFails = true }, Verdict.Diverged, "D3"),
        ["healthy, entry not live"] = (Origin, Absent with { Entry = Sight.NotObserved }, Verdict.Fixed, "F3"),
        ["hidden, entry as recorded"] = (Hidden, Absent with { Entry = Sight.Same }, Verdict.Fixed, "F3"),
        ["hidden, entry fails newly"] = (Hidden, Absent with { Entry = Sight.OtherEnd, EntryFails = true }, Verdict.Diverged, "D3"),

        ["absent, credential dropped"] = (Origin, Absent with { DroppedCredentials = ["cookie"] }, Verdict.Inconclusive, "F1"),
        ["absent, token reached live logic"] = (Origin, Absent with { RedactedInputs = ["$.card of POST /charge"] }, Verdict.Inconclusive, "F1"),
        ["again, token reached live logic"] = (Origin, Again with { RedactedInputs = ["$.card of POST /charge"] }, Verdict.Reproduced, "R1"),
        ["absent, wrong clock"] = (Origin, Absent with { ClockNotReached = ["payments"] }, Verdict.Inconclusive, "F1"),
        ["again, wrong clock"] = (Origin, Again with { ClockNotReached = ["payments"] }, Verdict.Reproduced, "R1"),
        ["absent, no baseline"] = (Origin, Absent with { Baseline = null }, Verdict.Inconclusive, "F2"),
        ["absent, baseline never reproduced"] = (Origin, Absent with { Baseline = new(0, 5) }, Verdict.Inconclusive, "F2"),
        ["absent, unsealed"] = (Origin, Absent with { Evidence = Evidence.Unsealed }, Verdict.Inconclusive, "F2"),
        ["again, unsealed"] = (Origin, Again with { Evidence = Evidence.Unsealed }, Verdict.Reproduced, "R1"),
        ["absent, baseline"] = (Origin, Absent, Verdict.Fixed, "F3"),
        ["absent once, flaky baseline"] = (Origin, Absent with { Baseline = new(1, 2) }, Verdict.Inconclusive, "N"),
        ["absent under one of two assignments"] = (Origin, Absent with { Assignment = new("1-2", 1, 2) }, Verdict.Inconclusive, "N"),

        ["wrong value again"] = (Asserted, WrongAgain with { EarlierCallsEqual = false, Origin = Sight.OtherIdentity }, Verdict.Reproduced, "R1"),
        ["expected value"] = (Asserted, WrongAgain with { Origin = Sight.OtherIdentity, Assertion = AssertionSight.Expected, Baseline = Proven }, Verdict.Fixed, "F3"),
        ["expected value, no baseline"] = (Asserted, WrongAgain with { Assertion = AssertionSight.Expected }, Verdict.Inconclusive, "F2"),
        ["expected value, other healthy status"] = (Asserted, WrongAgain with { Origin = Sight.Healthy, Assertion = AssertionSight.Expected, Baseline = Proven }, Verdict.Fixed, "F3"),
        ["third value"] = (Asserted, WrongAgain with { Origin = Sight.OtherIdentity, Assertion = AssertionSight.Other, Baseline = Proven }, Verdict.Diverged, "D1"),
        ["wrong value, other status"] = (Asserted, WrongAgain with { Origin = Sight.Healthy }, Verdict.Diverged, "D2"),
        ["asserted hop fails"] = (Asserted, WrongAgain with { Origin = Sight.OtherEnd, Assertion = AssertionSight.Other }, Verdict.Diverged, "D2"),
        ["asserted body lost"] = (Asserted, WrongAgain with { Assertion = AssertionSight.NotObserved }, Verdict.Inconclusive, "V4"),

        ["what if, same entry answer"] = (WhatIf, Asked(new(true, [], null)), Verdict.Unchanged, "W1"),
        ["what if, same entry answer, one never"] = (WhatIf, Asked(new(true, ["a reset"], null)), Verdict.Unchanged, "W1"),
        ["what if, the failure again by its identity"] = (WhatIf with { Failure = "status 500" }, Asked(new(true, [], null)), Verdict.Unchanged, "W1"),
        ["what if, other entry answer"] = (WhatIf, Asked(new(true, [], "status: 500 → 200")), Verdict.Diverged, "W2"),
        ["what if, healthy with a baseline"] = (WhatIf, Asked(new(true, [], "status: 500 → 200")) with { Origin = Sight.Healthy, Entry = Sight.Healthy, EntryFails = false, Baseline = Proven }, Verdict.Diverged, "W2"),
        ["what if, hang"] = (WhatIf, Asked(new(true, [], "it ended")) with { Outcome = AnswerOutcome.HeadersTimedOut, JudgedEndedAt = null }, Verdict.Diverged, "W2"),
        ["what if, hang, waited too little"] = (WhatIf, Asked(new(true, [], "it ended")) with { Outcome = AnswerOutcome.HeadersTimedOut, JudgedEndedAt = null, WaitedLongEnough = false }, Verdict.Inconclusive, "W2"),
        ["what if, nothing took place, same"] = (WhatIf, Asked(new(false, ["a reset"], null)), Verdict.Inconclusive, "W3"),
        ["what if, nothing took place, other"] = (WhatIf, Asked(new(false, ["a reset"], "status: 500 → 200")), Verdict.Inconclusive, "W3"),
        ["what if, not ready"] = (WhatIf, Asked(new(false, ["a reset"], null)) with { Fault = new(SandboxFaultKind.Unhealthy, "web") }, Verdict.Inconclusive, "V1"),
        ["what if, control failed"] = (WhatIf, Asked(new(true, [], null)) with { Control = ControlResult.Failed }, Verdict.Inconclusive, "V1"),
        ["what if, entry not live"] = (WhatIf with { JudgedIsLive = false }, Asked(new(true, [], null)), Verdict.Inconclusive, "V2"),
        ["what if, recorded entry answer made by the proxy"] = (WhatIf with { MadeByProxy = true }, Asked(new(true, [], null)), Verdict.Inconclusive, "V3"),
        ["what if, answer served to a live hop incomplete"] = (WhatIf, Asked(new(true, [], null)) with { IncompleteInputs = ["answer of stock"] }, Verdict.Inconclusive, "V4"),
        ["what if, miss before the entry's answer"] = (WhatIf, Asked(new(true, [], "x")) with { Troubles = [Trouble(TroubleKind.Miss, 99)] }, Verdict.Inconclusive, "V5"),
        ["what if, miss after the entry's answer"] = (WhatIf, Asked(new(true, [], "x")) with { Troubles = [Trouble(TroubleKind.Miss, 101)] }, Verdict.Diverged, "W2"),
        ["what if, another hop judged, same answer"] = (WhatIf with { Place = TargetPlace.Deeper }, Asked(Judged(null)), Verdict.Unchanged, "W1"),
        ["what if, another hop judged, other answer"] = (WhatIf with { Place = TargetPlace.Deeper }, Asked(Judged("status: 500 → 200")), Verdict.Diverged, "W2"),
        ["what if, another hop judged, ended before our limit"] = (WhatIf with { Place = TargetPlace.Deeper }, Asked(Judged(null)) with { Outcome = AnswerOutcome.HeadersTimedOut }, Verdict.Unchanged, "W1"),
        ["what if, another hop judged, open at our limit"] = (WhatIf with { Place = TargetPlace.Deeper }, Asked(Judged("it ended")) with { Outcome = AnswerOutcome.HeadersTimedOut, JudgedEndedAt = null }, Verdict.Diverged, "W2"),
        ["what if, undeclared state"] = (WhatIf, Asked(new(true, [], null)) with { UndeclaredState = "the state of web" }, Verdict.Inconclusive, "V7"),

        ["healthy, equal"] = (Healthy, Again, Verdict.Reproduced, "H"),
        ["healthy, different"] = (Healthy, Again with { AnyDivergence = true, Baseline = Proven }, Verdict.Diverged, "H"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Decide_Case_GivesItsRow(string name)
    {
        (ReplayTarget target, ReplayObservations seen, Verdict verdict, string row) = Cases[name];

        Decision decision = VerdictDecider.Decide(target, seen);

        Assert.Equal((verdict, row, seen.Evidence), (decision.Verdict, decision.Row, decision.Evidence));
        Assert.NotEmpty(decision.Reason);
        Assert.True(decision.NextStep is not null || decision.Row is "F3" or "H" or "W1");
    }

    [Fact]
    public void Decide_MissWithOnePartner_NamesFieldsAndCallee()
    {
        CallTrouble changed = Trouble(TroubleKind.Miss, 1) with { Partners = [new("stock", ["body $.amount: 1 → 2"])] };

        Decision one = VerdictDecider.Decide(Origin, Again with { Troubles = [changed] });
        Decision two = VerdictDecider.Decide(Origin, Again with { Troubles = [changed with { Partners = [.. changed.Partners, new("stock", [])] }] });

        Assert.Equal("changed call: GET stock:8080/items by web differs from the recorded one in body $.amount: 1 → 2", one.Reason);
        Assert.Equal("make the callee live: --live stock", one.NextStep);
        Assert.StartsWith("miss: ", two.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_OpaqueCall_NamesTheHostAndWhatToDeclare()
    {
        Decision decision = VerdictDecider.Decide(Origin, Again with { Troubles = [Trouble(TroubleKind.Opaque, 1) with { Call = "TCP bank.example:443 (TLS)", Note = "bank.example" }] });

        Assert.Equal("opaque: TCP bank.example:443 (TLS) by web is TLS that the service opened itself, so no proxy saw what it says", decision.Reason);
        Assert.Contains("call: GET https://bank.example/PATH", decision.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_WhatIf_SaysWhatNeverTookPlace()
    {
        Assert.Equal("same entry answer; never took place: a reset", VerdictDecider.Decide(WhatIf, Asked(new(true, ["a reset"], null))).Reason);
        Assert.Equal("other entry answer: status: 500 → 200; never took place: a reset", VerdictDecider.Decide(WhatIf, Asked(new(true, ["a reset"], "status: 500 → 200"))).Reason);
        Assert.Equal("same answer of payments POST /charge #1", VerdictDecider.Decide(WhatIf, Asked(Judged(null))).Reason);
        Assert.Equal("other answer of payments POST /charge #1: status: 500 → 200", VerdictDecider.Decide(WhatIf, Asked(Judged("status: 500 → 200"))).Reason);
        Assert.Equal("what if: nothing of it took place: a reset", VerdictDecider.Decide(WhatIf, Asked(new(false, ["a reset"], null))).Reason);
    }

    [Fact]
    public void Decide_LaterAndBackgroundTrouble_IsListed() => Assert.Equal(
        ["refused call after the judged answer: GET stock:8080/items by web", "background miss: GET stock:8080/items by web"],
        VerdictDecider.Decide(Origin, Again with { Troubles = [Trouble(TroubleKind.Miss, 1) with { IsBackground = true }, Trouble(TroubleKind.Refused, 101)] }).Listed);

    [Fact]
    public void Decide_FixedWithLaterMiss_SaysPastTheRecording() => Assert.Contains(
        "past the recording", VerdictDecider.Decide(Origin, Absent with { Troubles = [Trouble(TroubleKind.Miss, 101)] }).Reason, StringComparison.Ordinal);

    private static WhatIfSight Judged(string? difference) => new(true, [], difference) { Where = "payments POST /charge #1" };

    private static ReplayObservations Asked(WhatIfSight sight) => Again with { WhatIf = sight };

    private static CallTrouble Trouble(TroubleKind kind, int milliseconds) =>
        new() { Kind = kind, Caller = "web", Call = "GET stock:8080/items", BegunAt = TimeSpan.FromMilliseconds(milliseconds) };
}
