using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Runs;

/// <summary>Whether a healthy conversation was healthy again. Pure.</summary>
public static class ControlVerdict
{
    /// <summary>
    /// Passed when the place stood and every live hop that was reached answered, at least one of them, and none with a failure or a refusal that it was not
    /// recorded with. A refusal for want of a credential that a replay may not send, or of one that it made itself, says nothing of the place.
    /// </summary>
    /// <param name="run">What was seen.</param>
    /// <param name="live">Which hops are live.</param>
    /// <param name="otherCredentials">Credentials that could not be sent as they were: left out, or minted.</param>
    public static ControlResult Of(RunRecord run, LivePlan live, IReadOnlyCollection<string> otherCredentials)
    {
        if (run.Fault is not null)
            return ControlResult.Failed;
        Dictionary<string, PlannedCall> own = live.Drives.Concat(live.Relayed).ToDictionary(call => call.Hop.Id);
        List<(PlannedCall? Call, Answer? Answer)> answers =
        [
            .. run.Driven.Where(driven => own.ContainsKey(driven.HopId)).Select(driven => (own.GetValueOrDefault(driven.HopId), driven.Answer)),
            .. run.Calls.Where(call => call.LiveCallee is not null && !call.IsBackground).Select(call => (call.HopId is null ? null : own.GetValueOrDefault(call.HopId), call.Answer)),
        ];
        if (answers.Count == 0)
            return ControlResult.NotRun;
        if (answers.TrueForAll(one => IsHealthy(one.Answer, one.Call, run)))
            return ControlResult.Passed;
        bool hasOtherCredentials = otherCredentials.Count + run.TokensLeftOut.Count > 0 && answers.Exists(one => one.Answer?.Status is 401 or 403);
        return hasOtherCredentials ? ControlResult.NotRun : ControlResult.Failed;
    }

    private static bool IsHealthy(Answer? answer, PlannedCall? recorded, RunRecord run)
    {
        if (answer is null || FailureRule.Match(answer.ToExchange(null, run.StartedAt)) is not null)
            return false;
        bool isRefusal = answer.Status is >= 400 and < 500;
        return !isRefusal || recorded?.Answer?.Status() == answer.Status;
    }
}
