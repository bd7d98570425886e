using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Calls;

/// <summary>Whether what happened before the failure happened again: the evidence that a weak answer lacks.</summary>
internal static class EarlierCalls
{
    /// <summary>Null when nothing below the entry could be seen.</summary>
    public static bool? AreEqual(ReplayPlan plan, CallPairing pairing, IReadOnlyList<JudgedCall> judged)
    {
        if (judged.Count == 0)
            return null;
        HashSet<string> callers = Callers(plan);
        List<PlannedCall> earlier = [.. plan.Calls.Where(call => plan.Place is not TargetPlace.Deeper || call.Hop.StartedAt <= plan.Origin!.Hop.StartedAt)];
        bool allSeen = earlier.All(call => judged.Any(candidate => candidate.Call.Pair.Recorded == call));
        return allSeen && pairing.Extra.Count == 0 && judged.Where(call => earlier.Contains(call.Call.Pair.Recorded)).All(call => IsEqual(call, callers));
    }

    // The answers of the failing hop and of its callers come after the failure: only their requests are evidence.
    private static bool IsEqual(JudgedCall call, HashSet<string> callers) =>
        call.Request.Divergences.Count == 0 && (callers.Contains(call.Call.Pair.Recorded.Hop.Id) || call.Response.Divergences.Count == 0);

    private static HashSet<string> Callers(ReplayPlan plan)
    {
        HashSet<string> ids = [];
        for (string? id = plan.Origin?.Hop.Id; id is not null && ids.Add(id);)
            id = plan.Conversation.Hops.FirstOrDefault(hop => hop.Id == id)?.ParentId;
        return ids;
    }
}
