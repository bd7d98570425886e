using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Runs;

/// <summary>The calls that the judged hop made before it ended: a part of its identity.</summary>
internal static class EarlierCallsOf
{
    /// <summary>True when the same calls were made, with the same content, the same outcomes and no other causal order.</summary>
    public static bool AreEqual(SandboxRun run, HopResult judged, IReadOnlyList<CallResult> calls, IReadOnlyList<HopResult> hops, IReadOnlyList<Divergence> order)
    {
        string id = judged.Call.Hop.Id;
        DateTimeOffset end = judged.Call.Hop.DurationMs is { } milliseconds ? judged.Call.Hop.StartedAt + TimeSpan.FromMilliseconds(milliseconds) : DateTimeOffset.MaxValue;
        List<PlannedCall> recorded = [.. run.Live.Answered.Concat(run.Live.Relayed).Where(call => call.Hop.ParentId == id && call.Hop.StartedAt <= end)];
        List<CallResult> made = [.. calls.Where(call => call.CallerHopId == id && call.Served.StartedAt <= (judged.EndedAt ?? DateTimeOffset.MaxValue))];
        bool sameCalls = recorded.TrueForAll(call => made.Exists(one => one.Call == call)) && made.TrueForAll(one => recorded.Contains(one.Call));
        bool noOther = !run.Record.Calls.Any(call => !call.IsBackground && call.HopId is null && call.CallerHopId == id && call.StartedAt <= (judged.EndedAt ?? DateTimeOffset.MaxValue));
        return sameCalls && noOther && made.TrueForAll(call => call.IsSameRequest && EndedAlike(call, hops) && !order.Any(divergence => divergence.Hop == call.Call.Label));
    }

    // A stand-in answers as recorded; a live callee answers by itself.
    private static bool EndedAlike(CallResult call, IReadOnlyList<HopResult> hops) =>
        call.Served.LiveCallee is null || hops.Any(hop => hop.Served == call.Served && hop.Sight is Sight.Same or Sight.Healthy && hop.FailsNewly is false && hop.Call.Hop.Failure is null == !hop.Fails);
}
