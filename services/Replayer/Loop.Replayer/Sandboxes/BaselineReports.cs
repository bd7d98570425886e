using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Sandboxes;

/// <summary>Baselines as they travel: told by one store, given to the replayer of another.</summary>
internal static class BaselineReports
{
    /// <summary>The stored replays, and those given ones that are not among them: what is proven twice over is one proof.</summary>
    public static IEnumerable<EarlierReplay> Known(IReadOnlyList<ReplayReport> stored, IReadOnlyList<ReplayBaseline> given, string conversationId)
    {
        HashSet<string> ids = [.. stored.Select(report => report.Id)];
        return stored.Select(SandboxReports.Earlier).OfType<EarlierReplay>()
            .Concat(given.Where(baseline => !baseline.Replays.Any(ids.Contains)).Select(baseline => Earlier(baseline, conversationId)));
    }

    /// <summary>One entry per build that reproduced the failure under these conditions, that with the most runs first.</summary>
    public static IReadOnlyList<ReplayBaseline> Of(IReadOnlyList<ReplayReport> stored, SandboxConditions conditions, string conversationId) =>
    [
        .. BaselineFinder.Groups(stored.Select(SandboxReports.Earlier).OfType<EarlierReplay>(), SandboxReports.Conditions(conversationId, conditions, Evidence.Sealed))
            .Select(group => new ReplayBaseline
            {
                Replays = [.. group.SelectMany(replay => replay.Ids)],
                Conditions = conditions,
                Builds = group[0].Builds,
                Row = group.First(replay => replay.Decision.Verdict is Verdict.Reproduced).Decision.Row,
                ReproducedRuns = group.Sum(replay => replay.Decision.ReproducedRuns),
                Runs = group.Sum(replay => replay.Decision.Runs),
            })
            .OrderByDescending(baseline => baseline.Runs),
    ];

    /// <summary>What a report says of the baselines that its replay was given: they are nobody's word but the asker's.</summary>
    public static IEnumerable<string> Given(SandboxReplay request) => (request.Baselines ?? []).Select(baseline =>
        $"baseline given with the request: {string.Join(", ", baseline.Replays)}, {baseline.ReproducedRuns} of {baseline.Runs} runs of {string.Join(", ", baseline.Builds.Select(pair => $"{pair.Key} {pair.Value}"))}");

    private static EarlierReplay Earlier(ReplayBaseline baseline, string conversationId)
    {
        Decision decision = new(Verdict.Reproduced, baseline.Row, "") { Evidence = Evidence.Sealed, ReproducedRuns = baseline.ReproducedRuns, Runs = baseline.Runs };
        return new EarlierReplay(SandboxReports.Conditions(conversationId, baseline.Conditions, Evidence.Sealed), baseline.Builds, decision) { Ids = baseline.Replays };
    }
}
