using CsCheck;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>Laws of the table over anything that can be seen.</summary>
public sealed class VerdictPropertyTests
{
    private const int Samples = 20_000;

    private static Gen<(ReplayTarget Target, ReplayObservations Seen)> Pairs => Gen.Select(VerdictGenerators.Targets, VerdictGenerators.Observations);

    [Fact]
    public void Decide_Anything_IsTotalDeterministicAndKeepsToItsRow() => Pairs.Sample(pair =>
    {
        Decision decision = Decide(pair);
        Assert.Equal(decision with { Listed = [] }, Decide(pair) with { Listed = [] });
        Assert.Contains(decision.Verdict, VerdictsOf(decision.Row));
        Assert.NotEmpty(decision.Reason);
        Assert.True(decision.Verdict is not Verdict.Inconclusive || decision.NextStep is not null);
    }, iter: Samples);

    [Fact]
    public void Decide_Fixed_OnlyWithBaselineSealAndNothingElseBroken() => Pairs.Sample(pair =>
    {
        (ReplayTarget target, ReplayObservations seen) = pair;
        if (Decide(pair).Verdict is not Verdict.Fixed)
            return;
        Assert.NotEqual(TargetPlace.Nowhere, target.Place);
        Assert.NotEqual(Evidence.Unsealed, seen.Evidence);
        Assert.True(seen is { Baseline.Reproduced: > 0, DroppedCredentials.Count: 0, RedactedInputs.Count: 0, ClockNotReached.Count: 0, UndeclaredState: null, TokenRefused: null, Fault: null });
        Assert.NotEqual(ControlResult.Failed, seen.Control);
        Assert.True(!seen.EntryFails || seen.EntryFailsAfterMiss);
        Assert.True(seen.Evidence is Evidence.Entry || target.JudgedIsLive);
    }, iter: Samples);

    [Fact]
    public void Decide_Reproduced_OnlyWhenTheJudgedHopWasSeenToEndSo() => Pairs.Sample(pair =>
    {
        (ReplayTarget target, ReplayObservations seen) = pair;
        if (target.Place is TargetPlace.Nowhere || Decide(pair).Verdict is not Verdict.Reproduced)
            return;
        bool external = seen is { Evidence: Evidence.Entry, Origin: Sight.NotObserved };
        Sight sight = external ? seen.Entry : seen.Origin;
        Assert.True(target.Assertion is null ? sight is Sight.Same : sight is Sight.Same or Sight.OtherIdentity && seen.Assertion is AssertionSight.RecordedAgain);
        Assert.True(!external || (!target.EntryMadeByProxy && (target.EntryFails || target.Place is TargetPlace.Entry)));
        Assert.True(seen.Evidence is Evidence.Entry || (target.JudgedIsLive && (!target.MadeByProxy || target.TimeoutEmulated)));
    }, iter: Samples);

    [Fact]
    public void Decide_WhatIf_NeverSaysAnythingOfTheRecordedFailure() => Gen.Select(VerdictGenerators.Targets, VerdictGenerators.Observations.Array[1, 4]).Sample((target, runs) =>
    {
        Decision decision = VerdictDecider.Decide(target, [.. runs.Select(seen => seen with { WhatIf = seen.WhatIf ?? new WhatIfSight(true, [], null) })]);
        Assert.DoesNotContain(decision.Verdict, new[] { Verdict.Reproduced, Verdict.Fixed });
        Assert.Equal(0, decision.ReproducedRuns);
        Assert.True(decision.Verdict is not Verdict.Unchanged || runs.All(seen => seen is { Fault: null, UndeclaredState: null, WhatIf: null or { AnyTookPlace: true, Difference: null } }));
    }, iter: Samples / 5);

    [Fact]
    public void Decide_TroubleBeforeTheJudgedEnd_IsNeverAnythingButInconclusive() => Gen.Select(Pairs, VerdictGenerators.Trouble).Sample((pair, trouble) =>
    {
        TimeSpan before = pair.Seen.JudgedEndedAt ?? trouble.BegunAt;
        CallTrouble early = trouble with { IsBackground = false, Kind = TroubleKind.Miss, BegunAt = before };
        Assert.Equal(Verdict.Inconclusive, Decide((pair.Target, pair.Seen with { Troubles = [.. pair.Seen.Troubles, early] })).Verdict);
    }, iter: Samples);

    [Fact]
    public void Decide_TroubleAfterTheJudgedEnd_ExcusesNothingAndCapsNothing() => Gen.Select(Pairs, VerdictGenerators.Trouble).Sample((pair, trouble) =>
    {
        ReplayObservations seen = pair.Seen with
        {
            EntryFailsAfterMiss = false,
            FailsElsewhere = [.. pair.Seen.FailsElsewhere.Select(failure => failure with { AfterMiss = false })],
            JudgedEndedAt = pair.Seen.JudgedEndedAt ?? TimeSpan.Zero,
        };
        CallTrouble late = trouble with { BegunAt = seen.JudgedEndedAt!.Value + trouble.BegunAt + TimeSpan.FromTicks(1) };
        Decision without = Decide((pair.Target, seen));
        Decision with = Decide((pair.Target, seen with { Troubles = [.. seen.Troubles, late] }));
        Assert.Equal((without.Verdict, without.Row), (with.Verdict, with.Row));
        Assert.True(with.Listed.Count > 0 || late.Kind is TroubleKind.Ambiguous);
    }, iter: Samples);

    [Fact]
    public void Decide_LessEvidence_IsNeverMoreGenerous() => Gen.Select(Pairs, Gen.Int[0, Losses.Length - 1]).Sample((pair, loss) =>
    {
        Verdict before = Decide(pair).Verdict;
        Verdict after = Decide((pair.Target, Losses[loss](pair.Seen))).Verdict;
        Assert.True(after is not (Verdict.Fixed or Verdict.Reproduced) || after == before, $"loss {loss}: {before} became {after}");
    }, iter: Samples);

    [Fact]
    public void Decide_Runs_OrderDoesNotCountAndFixedNeedsAll() => Gen.Select(VerdictGenerators.Targets, VerdictGenerators.Observations.Array[1, 6]).Sample((target, runs) =>
    {
        Decision all = VerdictDecider.Decide(target, runs);
        Assert.Equal(all.Verdict, VerdictDecider.Decide(target, [.. runs.Reverse()]).Verdict);
        Verdict[] single = [.. runs.Select(seen => VerdictDecider.Decide(target, seen with { Assignment = null, Baseline = seen.Baseline is { Reproduced: > 0 } ? new Baseline(1, 1) : null }).Verdict)];
        if (target.Place is not TargetPlace.Nowhere)
            Assert.Equal(single.Contains(Verdict.Reproduced), all.Verdict is Verdict.Reproduced);
        if (all.Verdict is Verdict.Fixed)
            Assert.All(single, verdict => Assert.Equal(Verdict.Fixed, verdict));
    }, iter: Samples / 5);

    // Each takes something away that could have spoken for a verdict.
    private static readonly Func<ReplayObservations, ReplayObservations>[] Losses =
    [
        seen => seen with { Baseline = null },
        seen => seen with { Fault = new SandboxFault(SandboxFaultKind.Unhealthy, "web") },
        seen => seen with { Control = ControlResult.Failed },
        seen => seen.Control is ControlResult.Passed ? seen with { Control = ControlResult.NotRun } : seen,
        seen => seen with { EarlierCallsEqual = null },
        seen => seen with { EarlierCallsEqual = false },
        seen => seen with { Break = null },
        seen => seen with { UndeclaredState = "db" },
        seen => seen with { IncompleteInputs = ["x"] },
        seen => seen with { RedactedInputs = ["x"] },
        seen => seen with { ClockNotReached = ["x"] },
        seen => seen with { DroppedCredentials = ["x"] },
        seen => seen with { TokenRefused = "x" },
        seen => seen with { MaskedShare = 1 },
        seen => seen with { FailsElsewhere = [.. seen.FailsElsewhere, new NewFailure("x")] },
        seen => seen with { Assertion = AssertionSight.NotObserved },
        seen => seen with { EntryFails = true, EntryFailsAfterMiss = false },
    ];

    private static Decision Decide((ReplayTarget Target, ReplayObservations Seen) pair) => VerdictDecider.Decide(pair.Target, pair.Seen);

    private static Verdict[] VerdictsOf(string row) => row switch
    {
        "V1" or "V2" or "V3" or "V4" or "V5" or "V7" or "R3" or "F1" or "F2" or "N" => [Verdict.Inconclusive],
        "R1" or "R2" or "R4" => [Verdict.Reproduced],
        "D1" or "D3" => [Verdict.Diverged],
        "D2" => [Verdict.Diverged, Verdict.Inconclusive],
        "F3" => [Verdict.Fixed],
        "H" => [Verdict.Reproduced, Verdict.Diverged],
        "W1" => [Verdict.Unchanged],
        "W2" => [Verdict.Diverged, Verdict.Inconclusive],
        "W3" => [Verdict.Inconclusive],
        _ => throw new InvalidOperationException($"Row {row} is not in the table."),
    };
}
