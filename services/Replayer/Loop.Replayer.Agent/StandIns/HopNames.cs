using System.Collections.Concurrent;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>The trace of each live hop, both ways: what a request is sent with, and which hop a call names.</summary>
internal sealed class HopNames(StandInPlan plan)
{
    private readonly ConcurrentDictionary<string, string> _hops = new(plan.Hops);
    private readonly ConcurrentQueue<ReplayIds> _spare = new(plan.SpareNames);
    private int _unrecorded;

    /// <summary>Names of a recorded hop.</summary>
    public ReplayIds Of(string hop) => plan.Names[hop];

    /// <summary>A hop that was not recorded; null when there are more of them than anybody wants to look at.</summary>
    public (string Hop, ReplayIds Names)? Unrecorded()
    {
        if (!_spare.TryDequeue(out ReplayIds? names))
            return null;
        string hop = $"extra-{Interlocked.Increment(ref _unrecorded)}";
        foreach (TraceKey key in names.Keys)
            _hops[key.ToString()] = hop;
        return (hop, names);
    }

    /// <summary>The hop that a call's trace context names; applications hand it on in whichever form they know. Null when it names none of this run.</summary>
    public string? Find(HttpMessagePart request) =>
        Find(TraceKey.FromTraceParent(request.Header("traceparent")))
        ?? Find(TraceKey.FromB3(request.Header("b3")))
        ?? Find(TraceKey.FromTraceId(request.Header("x-b3-traceid")))
        ?? Find(TraceKey.FromRequestId(request.Header("x-request-id")));

    private string? Find(TraceKey? key) => key is { } known ? _hops.GetValueOrDefault(known.ToString()) : null;
}
