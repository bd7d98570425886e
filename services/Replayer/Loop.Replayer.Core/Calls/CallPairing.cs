using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.Calls;

/// <summary>Recorded hops and what became of them in the replay.</summary>
/// <param name="Pairs">Both recorded and seen.</param>
/// <param name="Missing">Not called, though the proxies that recorded them were watching.</param>
/// <param name="Unseen">Nobody was there to see them.</param>
/// <param name="Extra">Called and not recorded.</param>
/// <param name="Entry">The entry as nodes saw it; null when they did not.</param>
public sealed record CallPairing(
    IReadOnlyList<CallPair> Pairs, IReadOnlyList<PlannedCall> Missing, IReadOnlyList<PlannedCall> Unseen, IReadOnlyList<ObservedCall> Extra, CallPair? Entry)
{
    /// <summary>Pairs by caller, callee, method, path, and by ordinal among equals. An unknown end of a call matches any.</summary>
    public static CallPairing Of(ReplayPlan plan, IReadOnlyList<Exchange> observed)
    {
        List<ObservedCall> open = [.. ObservedCall.From(observed)];
        HashSet<(string?, ExchangeView)> watching = [.. observed.Select(exchange => (exchange.Service, exchange.View))];
        CallPair? entry = Take(plan.Entry, open, isEntry: true);
        List<CallPair> pairs = [];
        List<PlannedCall> missing = [];
        List<PlannedCall> unseen = [];
        foreach (PlannedCall call in plan.Calls)
        {
            if (Take(call, open, isEntry: false) is { } pair)
                pairs.Add(pair);
            else if (call.Views.Any(view => watching.Contains((view.Service, view.View))))
                missing.Add(call);
            else
                unseen.Add(call);
        }

        return new CallPairing(pairs, missing, unseen, open, entry);
    }

    private static CallPair? Take(PlannedCall recorded, List<ObservedCall> open, bool isEntry)
    {
        string? path = recorded.Request?.Path() ?? recorded.Hop.Request?.Path;
        string? method = recorded.Request?.Method() ?? recorded.Hop.Request?.Method;
        int index = open.FindIndex(call => call.Method == method && call.Path == path && ServicesMatch(recorded, call, isEntry));
        if (index < 0)
            return null;
        CallPair pair = new(recorded, open[index]);
        open.RemoveAt(index);
        return pair;
    }

    private static bool ServicesMatch(PlannedCall recorded, ObservedCall call, bool isEntry)
    {
        // We are the caller of the entry; a proxy on the way names itself.
        bool caller = isEntry || call.Caller is null || call.Caller == recorded.Hop.Source;
        bool callee = call.Callee is null || call.Callee == recorded.Hop.Destination;
        return caller && callee && (call.Caller is not null || call.Callee is not null);
    }
}

/// <summary>A recorded call and the same call in the replay.</summary>
public sealed record CallPair(PlannedCall Recorded, ObservedCall Replayed)
{
    /// <summary>The recorded and the replayed exchange of the same view, the failing or callee's one first; null when no view is common.</summary>
    public (Exchange Recorded, Exchange Replayed)? CommonView
    {
        get
        {
            IEnumerable<Exchange> preferred = Recorded.Views.OrderBy(view => FailureRule.Match(view) is null).ThenBy(PlannedCall.Closeness);
            foreach (Exchange before in preferred)
            {
                if (Replayed.Views.FirstOrDefault(after => after.View == before.View) is { } same)
                    return (before, same);
            }

            // The two sides of one call carry the same messages; headers that a proxy adds are ignored anyway.
            return Recorded.Answer is { } any && Replayed.Views.Count > 0 ? (any, Replayed.Views[0]) : null;
        }
    }
}
