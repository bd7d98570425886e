using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>The five arms of the truth bench in miniature: one bug that passes through two callers, seen by both deciders.</summary>
public sealed class LyingDeciderTests
{
    private static readonly ReplayTarget Bug = new() { Place = TargetPlace.Deeper, Where = "payments POST /charge #1", Failure = "status 500", EntryFails = true, EntryFailure = "status 500" };

    private static readonly ReplayObservations Buggy = new()
    {
        Evidence = Evidence.Sealed,
        Outcome = AnswerOutcome.Answered,
        Entry = Sight.Same,
        EntryFails = true,
        Origin = Sight.Same,
        JudgedEndedAt = TimeSpan.FromSeconds(1),
        EarlierCallsEqual = true,
        Baseline = new Baseline(1, 1),
    };

    private static readonly ReplayObservations Repaired = Buggy with { Entry = Sight.Healthy, EntryFails = false, Origin = Sight.Healthy };

    private static readonly (ReplayTarget Target, ReplayObservations[] Runs, Verdict Truth)[] Arms =
    [
        (Bug, [Buggy], Verdict.Reproduced),
        (Bug, [Repaired, Buggy], Verdict.Reproduced),
        (Bug, [Repaired], Verdict.Fixed),
        // Decoy: the caller answers alike whatever the cause is.
        (Bug, [Buggy with { Origin = Sight.OtherIdentity }], Verdict.Diverged),
        (Bug, [Repaired with { FailsElsewhere = [new("stock GET /items #1")] }], Verdict.Diverged),
        // Broken sandbox.
        (Bug, [Repaired with { Control = ControlResult.Failed }], Verdict.Inconclusive),
        (Bug, [Buggy with { Fault = new(SandboxFaultKind.SeedFailed, "db") }], Verdict.Inconclusive),
        (Bug, [Repaired with { ClockNotReached = ["payments"] }], Verdict.Inconclusive),
        (Bug, [Repaired with { Baseline = null }], Verdict.Inconclusive),
        // The bug is in what is only played.
        (Bug with { JudgedIsLive = false }, [Buggy], Verdict.Inconclusive),
    ];

    [Fact]
    public void VerdictDecider_EveryArm_TellsTheTruth() =>
        Assert.All(Arms, arm => Assert.Equal(arm.Truth, VerdictDecider.Decide(arm.Target, arm.Runs).Verdict));

    [Fact]
    public void LyingDecider_SameArms_LiesInMostThatAreNotPlain() =>
        Assert.Equal(2, Arms.Count(arm => LyingDecider.Decide(arm.Target, arm.Runs) == arm.Truth));
}
