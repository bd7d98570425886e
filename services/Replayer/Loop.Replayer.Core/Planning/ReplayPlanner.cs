using System.Globalization;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Planning;

/// <summary>Chooses what to send and names what is judged. Pure.</summary>
public static class ReplayPlanner
{
    /// <summary>Plans the replay of <paramref name="hop"/> (id or number), or of the only root.</summary>
    public static PlanResult Plan(ConversationDetail conversation, IReadOnlyList<Exchange> exchanges, string? hop)
    {
        if (conversation.State is ConversationState.Open)
            return new PlanResult.StillOpen();
        if (conversation.Hops.Count == 0)
            return new PlanResult.NothingRecorded();
        List<HopView> roots = [.. conversation.Hops.Where(candidate => candidate.ParentId is null)];
        if (hop is null && roots.Count != 1)
            return new PlanResult.SeveralRoots(roots.Count == 0 ? conversation.Hops : roots);
        HopView? chosen = hop is null ? roots[0] : conversation.Hops.FirstOrDefault(candidate => IsNamed(candidate, hop));
        return chosen is null ? new PlanResult.UnknownHop(hop!, conversation.Hops) : new PlanResult.Planned(PlanOf(conversation, exchanges, chosen));
    }

    /// <summary>
    /// The same for a sandbox, which drives every live subtree: with several roots the entry is that of the origin, and every hop of the conversation can be judged.
    /// </summary>
    public static PlanResult PlanSandbox(ConversationDetail conversation, IReadOnlyList<Exchange> exchanges, string? hop)
    {
        PlanResult result = Plan(conversation, exchanges, hop ?? RootOfOrigin(conversation)?.Id);
        return result is PlanResult.Planned { Plan: { } plan } && hop is null
            ? new PlanResult.Planned(plan with { Calls = PlannedCalls.Of(conversation.Hops.Where(other => other.Id != plan.Entry.Hop.Id), exchanges) })
            : result;
    }

    private static HopView? RootOfOrigin(ConversationDetail conversation)
    {
        if (conversation.State is ConversationState.Open || conversation.Hops.Count(hop => hop.ParentId is null) < 2)
            return null;
        Dictionary<string, HopView> byId = conversation.Hops.ToDictionary(hop => hop.Id);
        HopView? walk = conversation.OriginHopId is { } origin ? byId.GetValueOrDefault(origin) : conversation.Hops.First(hop => hop.ParentId is null);
        HashSet<string> walked = [];
        while (walk?.ParentId is { } parent && walked.Add(walk.Id))
            walk = byId.GetValueOrDefault(parent);
        return walk;
    }

    private static bool IsNamed(HopView hop, string name) =>
        hop.Id == name || hop.Number.ToString(CultureInfo.InvariantCulture) == name;

    private static ReplayPlan PlanOf(ConversationDetail conversation, IReadOnlyList<Exchange> exchanges, HopView chosen)
    {
        Dictionary<ExchangeId, Exchange> byId = exchanges.GroupBy(exchange => exchange.Id).ToDictionary(group => group.Key, group => group.First());
        HashSet<string> below = Below(conversation.Hops, chosen.Id);
        IReadOnlyList<PlannedCall> calls = PlannedCalls.Of(conversation.Hops.Where(hop => below.Contains(hop.Id)), exchanges);
        PlannedCall entry = new(chosen, "entry", PlannedCalls.Views(chosen, byId));
        (TargetPlace place, string? originId) = Target(conversation, chosen, below);
        return new ReplayPlan
        {
            Conversation = conversation,
            Entry = entry,
            EntryRequest = entry.Request ?? entry.Answer,
            EntryAnswer = entry.Answer,
            Place = place,
            Origin = place switch
            {
                TargetPlace.Nowhere => null,
                TargetPlace.Entry => entry,
                TargetPlace.Deeper => calls.First(call => call.Hop.Id == originId),
                _ => conversation.Hops.Where(hop => hop.Id == originId).Select(hop => new PlannedCall(hop, PlannedCalls.Label(hop), PlannedCalls.Views(hop, byId))).FirstOrDefault(),
            },
            Calls = calls,
        };
    }

    private static (TargetPlace Place, string? OriginId) Target(ConversationDetail conversation, HopView chosen, HashSet<string> below)
    {
        string? origin = conversation.OriginHopId;
        if (origin == chosen.Id || (chosen.Failure is not null && (origin is null || !below.Contains(origin))))
            return (TargetPlace.Entry, chosen.Id);
        if (origin is null)
            return (TargetPlace.Nowhere, null);
        return (below.Contains(origin) ? TargetPlace.Deeper : TargetPlace.Outside, origin);
    }

    private static HashSet<string> Below(IReadOnlyList<HopView> hops, string id)
    {
        ILookup<string?, HopView> children = hops.ToLookup(hop => hop.ParentId);
        HashSet<string> below = [];
        Queue<string> open = new([id]);
        while (open.TryDequeue(out string? parent))
        {
            // The set also ends the walk should a damaged recording hold a circle.
            foreach (HopView child in children[parent].Where(child => child.Id != id && below.Add(child.Id)))
                open.Enqueue(child.Id);
        }

        return below;
    }
}
