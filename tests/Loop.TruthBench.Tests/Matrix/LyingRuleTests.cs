using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.TruthBench.Arms;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Matrix;
using Loop.TruthBench.Replays;
using Xunit;

namespace Loop.TruthBench.Tests.Matrix;

public sealed class LyingRuleTests
{
    [Fact]
    public void Decide_SameEntryAnswer_BelievesThatItIsReproduced() =>
        Assert.Equal(Verdict.Reproduced, Decide("""{"recordedStatus":502,"replayedStatus":502,"divergences":[{"hop":"core GET /x #1","place":"body $.detail"},{"hop":"entry","place":"header server"}]}"""));

    [Fact]
    public void Decide_OtherEntryBody_SaysDiverged() =>
        Assert.Equal(Verdict.Diverged, Decide("""{"recordedStatus":502,"replayedStatus":502,"divergences":[{"hop":"entry","place":"body $.detail"}]}"""));

    [Fact]
    public void Decide_HealthyEntry_BelievesThatItIsFixed() =>
        Assert.Equal(Verdict.Fixed, Decide("""{"recordedStatus":502,"replayedStatus":200,"divergences":[{"hop":"entry","place":"status"}]}"""));

    [Fact]
    public void Decide_NoAnswer_HasNothingToBelieve() =>
        Assert.Null(Decide("""{"recordedStatus":502,"replayedStatus":null,"divergences":[]}"""));

    private static Verdict? Decide(string report)
    {
        Bug bug = new() { Language = "go", Name = "x", Kind = "any", Failing = new BugRequest { Target = "/go/x" }, Healthy = new BugRequest { Target = "/go/x" }, Broken = BrokenHow.NoSeed };
        return LyingRule.Decide(new ArmReplay(new Arm(ArmKind.Decoy, bug, Build.DecoyOf(bug)), new Label([Verdict.Diverged], ""), JsonSerializer.Deserialize<JsonElement>(report), null, 1));
    }
}
