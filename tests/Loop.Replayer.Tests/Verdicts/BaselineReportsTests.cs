using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Sandboxes;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>A proof that travels counts as the replays that it came from, and no further.</summary>
public sealed class BaselineReportsTests
{
    private const string Conversation = "7f3k9m2q0abc";
    private static readonly SandboxConditions Conditions = new("h2", new Dictionary<string, string> { ["payments"] = "none" }, "shifted utc c.utf-8", "", "");

    [Fact]
    public void Of_StoredReplays_SumsUpPerBuildWhatCountsAsProof()
    {
        ReplayReport[] stored =
        [
            Report("r1", Verdict.Reproduced, "R1", build: "old", runs: 2), Report("r2", Verdict.Inconclusive, "F2", build: "old", runs: 3, reproduced: 0), Report("r3", Verdict.Inconclusive, "V1", build: "old", runs: 9, reproduced: 0),
            Report("r4", Verdict.Reproduced, "R2", build: "older", runs: 1), Report("r5", Verdict.Fixed, "F3", build: "new", runs: 1, reproduced: 0),
            Report("r6", Verdict.Reproduced, "R1", build: "old", runs: 1) with { Evidence = "unsealed" },
            Report("r7", Verdict.Reproduced, "R1", build: "old", runs: 1, conditions: Conditions with { Clock = "real" }),
        ];

        Assert.Equal(
            ["r1+r2 git:old 2/5 R1", "r4 git:older 1/1 R2"],
            BaselineReports.Of(stored, Conditions, Conversation).Select(one => $"{string.Join('+', one.Replays)} {one.Builds["payments"]} {one.ReproducedRuns}/{one.Runs} {one.Row}"));
    }

    [Fact]
    public void Known_OfAGivenProof_IsFoundAsTheStoredOneWas()
    {
        ReplayReport[] stored = [Report("r1", Verdict.Reproduced, "R1", build: "old", runs: 2), Report("r2", Verdict.Inconclusive, "F2", build: "old", runs: 2, reproduced: 0)];
        IReadOnlyList<ReplayBaseline> given = BaselineReports.Of(stored, Conditions, Conversation);

        Assert.Equal(new Baseline(2, 4), Find([], given, "new", Evidence.Sealed));
        Assert.Null(Find([], given, "old", Evidence.Sealed));
        Assert.Null(Find([], given, "new", Evidence.Unsealed));
        // Where the replays themselves are stored, they are not counted twice.
        Assert.Equal(new Baseline(2, 4), Find(stored, given, "new", Evidence.Sealed));
    }

    [Fact]
    public void Known_OfAProofUnderOtherConditions_SaysNothing()
    {
        ReplayBaseline given = BaselineReports.Of([Report("r1", Verdict.Reproduced, "R1", build: "old", runs: 1)], Conditions, Conversation)[0];

        Assert.Null(Find([], [given with { Conditions = Conditions with { Clock = "real" } }], "new", Evidence.Sealed));
        Assert.Null(Find([], [given with { Row = "H" }], "new", Evidence.Sealed));
        Assert.Null(Find([], [given with { ReproducedRuns = 0 }], "new", Evidence.Sealed)?.RunsNeeded);
    }

    private static Baseline? Find(ReplayReport[] stored, IReadOnlyList<ReplayBaseline> given, string build, Evidence network) =>
        BaselineFinder.Find(BaselineReports.Known(stored, given, Conversation), SandboxReports.Conditions(Conversation, Conditions, network), new Dictionary<string, string> { ["payments"] = $"git:{build}" });

    private static ReplayReport Report(string id, Verdict verdict, string row, string build, int runs, int? reproduced = null, SandboxConditions? conditions = null) => new()
    {
        Id = id,
        ConversationId = Conversation,
        Destination = "sandbox",
        HopId = "h1",
        StartedAt = DateTimeOffset.UnixEpoch,
        Stage = "finished",
        Verdict = verdict,
        Row = row,
        Evidence = "sealed",
        Sandbox = new SandboxReport
        {
            File = "/x.yaml",
            Live = ["payments"],
            Conditions = conditions ?? Conditions,
            Builds = new Dictionary<string, string> { ["payments"] = $"git:{build}" },
            Runs = [.. Enumerable.Range(1, runs).Select(number => new RunReport { Number = number, Verdict = verdict, Row = row, Reason = "" })],
            ReproducedRuns = reproduced ?? runs,
        },
    };
}
