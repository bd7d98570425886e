using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Runs;

/// <summary>Whether a healthy conversation was healthy again. Pure.</summary>
public static class ControlVerdict
{
    /// <summary>Passed when the place stood and every live hop that was reached answered without a failure, at least one of them.</summary>
    public static ControlResult Of(RunRecord run, LivePlan live)
    {
        if (run.Fault is not null)
            return ControlResult.Failed;
        HashSet<string> own = [.. live.Drives.Concat(live.Relayed).Select(call => call.Hop.Id)];
        List<Answer?> answers =
        [
            .. run.Driven.Where(driven => own.Contains(driven.HopId)).Select(driven => driven.Answer),
            .. run.Calls.Where(call => call.LiveCallee is not null && !call.IsBackground).Select(call => call.Answer),
        ];
        if (answers.Count == 0)
            return ControlResult.NotRun;
        return answers.TrueForAll(answer => answer is not null && FailureRule.Match(answer.ToExchange(null, run.StartedAt)) is null) ? ControlResult.Passed : ControlResult.Failed;
    }
}
