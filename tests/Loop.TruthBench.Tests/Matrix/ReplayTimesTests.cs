using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.TruthBench.Arms;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Matrix;
using Loop.TruthBench.Replays;
using Xunit;

namespace Loop.TruthBench.Tests.Matrix;

public sealed class ReplayTimesTests
{
    [Fact]
    public void Table_HoldsTheMedianOfReplaysThatRan()
    {
        string table = ReplayTimes.Table([Took(1, Report(100)), Took(2, Report(200)), Took(9, Report(300)), Took(50, """{"sandbox":null}"""), Took(60, """{"sandbox":{"runs":[]}}""")]);

        Assert.Contains("| go | 2000 | 200 | 20 | 2 | 2000 |", table, StringComparison.Ordinal);
    }

    private static string Report(double prepare) => $$"""{"sandbox":{"runs":[{"prepareMs":{{prepare}},"driveMs":{{prepare / 10}},"compareMs":{{prepare / 100}} }] } }""";

    private static ArmReplay Took(double seconds, string report)
    {
        Bug bug = new() { Language = "go", Name = "x", Kind = "any", Failing = new BugRequest { Target = "/go/x" }, Healthy = new BugRequest { Target = "/go/x" }, Broken = BrokenHow.NoSeed };
        return new ArmReplay(new Arm(ArmKind.Decoy, bug, Build.DecoyOf(bug)), new Label([Verdict.Diverged], ""), JsonSerializer.Deserialize<JsonElement>(report), null, seconds);
    }
}
