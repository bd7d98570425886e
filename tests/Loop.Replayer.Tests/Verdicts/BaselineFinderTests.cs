using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

public sealed class BaselineFinderTests
{
    private static readonly Dictionary<string, string> Old = new() { ["web"] = "sha-1", ["payments"] = "sha-1" };
    private static readonly Dictionary<string, string> New = new() { ["web"] = "sha-1", ["payments"] = "sha-2" };
    private static readonly Decision Again = new(Verdict.Reproduced, "R1", "again") { Evidence = Evidence.Sealed, ReproducedRuns = 1 };
    private static readonly Decision Absent = new(Verdict.Inconclusive, "F2", "absent") { Evidence = Evidence.Sealed, Runs = 4 };

    private static readonly ReplayConditions Plan = new()
    {
        ConversationId = "7f3k00000001",
        JudgedHopId = "hop-2",
        StateByLiveService = new Dictionary<string, string> { ["web"] = "none", ["payments"] = "seed" },
        Clock = "shifted UTC C",
        Network = Evidence.Sealed,
    };

    [Fact]
    public void Find_OtherBuildUnderTheSamePlan_IsABaseline() => Assert.Equal(new Baseline(1, 1), Find(new EarlierReplay(Plan, Old, Again)));

    [Fact]
    public void Find_RunsThatDidNotFail_LowerTheRate() =>
        Assert.Equal(new Baseline(1, 5), Find(new EarlierReplay(Plan, Old, Again), new EarlierReplay(Plan, Old, Absent), new EarlierReplay(Plan, Old, Absent with { Row = "V5" })));

    [Fact]
    public void Find_NothingThatComparesOrProves_IsNull()
    {
        EarlierReplay good = new(Plan, Old, Again);
        EarlierReplay[] useless =
        [
            good with { Builds = New },
            good with { Builds = new Dictionary<string, string> { ["other"] = "x" } },
            good with { Decision = Again with { Evidence = Evidence.Unsealed } },
            good with { Decision = Again with { Row = "H" } },
            good with { Decision = Absent },
            good with { Conditions = Plan with { ConversationId = "x" } },
            good with { Conditions = Plan with { JudgedHopId = "x" } },
            good with { Conditions = Plan with { Clock = "real" } },
            good with { Conditions = Plan with { Network = Evidence.Unsealed } },
            good with { Conditions = Plan with { Mask = "x" } },
            good with { Conditions = Plan with { StateByLiveService = new Dictionary<string, string> { ["web"] = "none" } } },
            good with { Conditions = Plan with { StateByLiveService = new Dictionary<string, string> { ["web"] = "none", ["payments"] = "none" } } },
        ];

        Assert.All(useless, replay => Assert.Null(Find(replay)));
    }

    private static Baseline? Find(params EarlierReplay[] earlier) => BaselineFinder.Find(earlier, Plan, New);
}
