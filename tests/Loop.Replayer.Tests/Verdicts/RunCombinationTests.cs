using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

public sealed class RunCombinationTests
{
    private static readonly ReplayTarget Target = new() { Place = TargetPlace.Deeper, Where = "payments POST /charge #1", Failure = "status 500", EntryFails = true };
    private static readonly ReplayObservations Again = new() { Evidence = Evidence.Sealed, Outcome = AnswerOutcome.Answered, Entry = Sight.Same, EntryFails = true, Origin = Sight.Same, EarlierCallsEqual = true };
    private static readonly ReplayObservations Absent = Again with { Entry = Sight.Healthy, EntryFails = false, Origin = Sight.Healthy, Baseline = new Baseline(1, 1) };
    private static readonly ReplayObservations Other = Again with { Origin = Sight.OtherIdentity };
    private static readonly ReplayObservations Broken = Again with { Control = ControlResult.Failed };

    [Fact]
    public void Decide_NoRun_IsInconclusive() => Assert.Equal((Verdict.Inconclusive, "V1"), Outcome(Target));

    [Fact]
    public void Decide_OneReproduced_WinsAndIsCounted()
    {
        Decision decision = VerdictDecider.Decide(Target, [Broken, Other, Absent, Again, Again]);

        Assert.Equal((Verdict.Reproduced, "R1", 2, 5), (decision.Verdict, decision.Row, decision.ReproducedRuns, decision.Runs));
        Assert.StartsWith("2 of 5 runs: ", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_Diverged_WinsOverInconclusiveAndFixed() => Assert.Equal((Verdict.Diverged, "D1"), Outcome(Target, Absent, Broken, Other));

    [Fact]
    public void Decide_Inconclusive_WinsOverFixed() => Assert.Equal((Verdict.Inconclusive, "V1"), Outcome(Target, Absent, Absent, Broken));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(19, 20, 1)]
    [InlineData(9, 10, 2)]
    [InlineData(1, 2, 5)]
    [InlineData(1, 10, 29)]
    public void Decide_Fixed_NeedsAsManyRunsAsTheBaselineIsRare(int reproduced, int runs, int needed)
    {
        ReplayObservations absent = Absent with { Baseline = new Baseline(reproduced, runs) };
        Assert.Equal((Verdict.Fixed, "F3"), Outcome(Target, [.. Enumerable.Repeat(absent, needed)]));
        if (needed > 1)
        {
            Decision tooFew = VerdictDecider.Decide(Target, [.. Enumerable.Repeat(absent, needed - 1)]);
            Assert.Equal((Verdict.Inconclusive, "N", $"replay with --times {needed}"), (tooFew.Verdict, tooFew.Row, tooFew.NextStep));
        }
    }

    [Fact]
    public void Decide_Assignments_OneReproducesAndIsNamed_AllMustBeClean()
    {
        ReplayObservations first = Absent with { Assignment = new("a→1 b→2", 1, 2) };
        ReplayObservations second = first with { Assignment = new("a→2 b→1", 2, 2) };

        Assert.Equal((Verdict.Inconclusive, "N"), Outcome(Target, first, first));
        Assert.Equal((Verdict.Fixed, "F3"), Outcome(Target, first, second));
        Assert.EndsWith("under assignment a→2 b→1", VerdictDecider.Decide(Target, [first, Again with { Assignment = second.Assignment }]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_Healthy_OneDifferenceIsADifference() =>
        Assert.Equal((Verdict.Diverged, "H"), Outcome(new ReplayTarget { Place = TargetPlace.Nowhere }, Again, Again with { AnyDivergence = true }, Again));

    [Fact]
    public void Decide_WhatIfUnderAssignments_SaysOnlyWhatAllOfThemSay()
    {
        ReplayObservations Under(int number, string? difference) => Again with { WhatIf = new WhatIfSight(true, [], difference), Assignment = new($"way {number}", number, 2) };

        Assert.Equal((Verdict.Unchanged, "W1"), Outcome(Target, Under(1, null), Under(2, null)));
        Assert.Equal((Verdict.Diverged, "W2"), Outcome(Target, Under(1, "status: 500 → 200"), Under(2, "status: 500 → 404")));
        Assert.Equal((Verdict.Inconclusive, "N"), Outcome(Target, Under(1, null), Under(2, "status: 500 → 200")));
        Assert.Equal((Verdict.Inconclusive, "N"), Outcome(Target, Under(2, "status: 500 → 200")));
        Assert.Equal((Verdict.Diverged, "W2"), Outcome(Target, Under(1, null), Under(1, "x"), Under(2, "y"), Under(2, null)));
    }

    [Fact]
    public void Decide_WhatIf_OneOtherAnswerIsADifferenceAndOneDoubtADoubt()
    {
        ReplayObservations same = Again with { WhatIf = new WhatIfSight(true, [], null) };
        ReplayObservations other = same with { WhatIf = new WhatIfSight(true, [], "status: 500 → 200") };
        ReplayObservations never = same with { WhatIf = new WhatIfSight(false, ["a reset"], null) };

        Assert.Equal((Verdict.Unchanged, "W1"), Outcome(Target, same, same));
        Assert.Equal((Verdict.Inconclusive, "W3"), Outcome(Target, same, never));
        Assert.Equal((Verdict.Diverged, "W2"), Outcome(Target, same, never, other));
    }

    [Fact]
    public void Decide_Evidence_IsTheWeakestOfAllRuns() =>
        Assert.Equal(Evidence.Unsealed, VerdictDecider.Decide(Target, [Again, Again with { Evidence = Evidence.Unsealed }]).Evidence);

    private static (Verdict Verdict, string Row) Outcome(ReplayTarget target, params ReplayObservations[] runs)
    {
        Decision decision = VerdictDecider.Decide(target, runs);
        return (decision.Verdict, decision.Row);
    }
}
