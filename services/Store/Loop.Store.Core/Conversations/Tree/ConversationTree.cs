using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>
/// The hops of a conversation: a pure function of its recorded exchanges. Whatever order they came in, the same tree comes out.
/// </summary>
/// <param name="Hops">A parent before its children, siblings by start.</param>
/// <param name="OriginHopId">The deepest hop that failed by itself; null when nothing failed.</param>
/// <param name="Recovered">True when an attempt failed and no entry shows it.</param>
/// <param name="Exchanges">The exchanges, access-log entries joined in, in order of start.</param>
public sealed record ConversationTree(IReadOnlyList<HopView> Hops, string? OriginHopId, bool Recovered, IReadOnlyList<Exchange> Exchanges)
{
    /// <summary>Builds the tree.</summary>
    public static ConversationTree Build(IReadOnlyList<RecordedExchange> recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        IReadOnlyList<RecordedExchange> joined = AccessLogJoin.Join(recorded);
        List<HopDraft> drafts = HopPairing.Pair(joined);
        ParentSearch.Link(drafts);
        List<HopDraft> ordered = Order(drafts);
        var naming = new ServiceNaming(drafts);
        return new ConversationTree(
            [.. ordered.Select((draft, index) => HopViewBuilder.Build(draft, index + 1, naming))],
            Origin(ordered)?.Id,
            ordered.Any(hop => hop.Recovered) && ordered.All(hop => hop.Parent is not null || hop.Failure is null),
            [.. joined.Select(one => one.Exchange)]);
    }

    private static List<HopDraft> Order(List<HopDraft> drafts)
    {
        ILookup<HopDraft?, HopDraft> children = drafts.ToLookup(draft => draft.Parent);
        var ordered = new List<HopDraft>(drafts.Count);
        var pending = new Stack<HopDraft>(children[null].Reverse());
        while (pending.TryPop(out HopDraft? next))
        {
            ordered.Add(next);
            foreach (HopDraft child in children[next].Reverse())
                pending.Push(child);
        }

        return ordered;
    }

    // A failing hop explains its caller's failure; the one that no callee explains is where it began. Of several, the deepest, then the first to start.
    private static HopDraft? Origin(List<HopDraft> hops)
    {
        HashSet<HopDraft> explained = [.. hops.Where(hop => hop.Failure is not null && hop.Parent is not null).Select(hop => hop.Parent!)];
        List<HopDraft> origins = [.. hops.Where(hop => hop.Failure is not null && !explained.Contains(hop))];
        if (origins.Count == 0)
            origins = [.. hops.Where(hop => hop.Recovered)];
        return origins.OrderByDescending(Depth).ThenBy(hop => hop.StartedAt).ThenBy(hop => hop.SmallestId).FirstOrDefault();
    }

    private static int Depth(HopDraft hop)
    {
        int depth = 0;
        for (HopDraft? current = hop.Parent; current is not null; current = current.Parent)
            depth++;
        return depth;
    }
}
