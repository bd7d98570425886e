using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>What the nodes answered when they were asked for a conversation.</summary>
/// <param name="Answers">The last answer of each node.</param>
/// <param name="Silent">Nodes that could not be asked.</param>
/// <param name="StillOpen">Exchanges still open at the seal.</param>
public sealed record CollectionFacts(IReadOnlyList<NodeAnswer> Answers, IReadOnlyList<NodeDidNotAnswer> Silent, int StillOpen);

/// <summary>
/// Which views of the conversation there are, and for each missing one why. A view is expected when the other side of its call was recorded and its own
/// side is captured (some node watches that service and view), or when a call lies inside another one and nobody recorded who made it.
/// </summary>
public static class Coherence
{
    /// <summary>Judges a tree.</summary>
    public static CoherenceReport Judge(ConversationTree tree, IReadOnlyList<RecordedExchange> recorded, CollectionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(facts);
        HashSet<string> captured = Captured(recorded, facts);
        var missing = new List<MissingView>();
        int present = 0;
        int absent = 0;
        foreach (HopView hop in tree.Hops)
        {
            present += hop.Views.Count;
            int before = missing.Count;
            AddMissingSide(hop, tree, captured, facts, missing);
            absent += missing.Count - before;
            AddIncomplete(hop, missing);
        }

        missing.AddRange(facts.Silent.Select(silent => new MissingView(null, $"whatever {silent.Node} saw", "node did not answer")));
        return new CoherenceReport(present + absent, present, missing, missing.Count == 0);
    }

    private static HashSet<string> Captured(IReadOnlyList<RecordedExchange> recorded, CollectionFacts facts)
    {
        HashSet<string> captured = [.. facts.Answers.SelectMany(answer => answer.Watches)];
        captured.UnionWith(recorded.Where(one => one.Exchange.Service is not null).Select(one => Watch(one.Exchange.Service!, one.Exchange.View)));
        return captured;
    }

    private static string Watch(string service, ExchangeView view) => $"{service}/{view.ToString().ToLowerInvariant()}";

    private static void AddMissingSide(HopView hop, ConversationTree tree, HashSet<string> captured, CollectionFacts facts, List<MissingView> missing)
    {
        bool hasServer = hop.Views.Any(view => view.View is ExchangeView.Server);
        bool hasClient = hop.Views.Any(view => view.View is not ExchangeView.Server);
        string call = $"{hop.Destination} {hop.Request?.Method ?? "?"} {hop.Request?.Path ?? "?"}";
        if (!hasServer && ReachedUpstream(hop, tree) && captured.Contains(Watch(hop.Destination, ExchangeView.Server)))
            missing.Add(new MissingView(hop.Id, $"server view of {call}", Why(hop, Watch(hop.Destination, ExchangeView.Server), facts)));
        if (!hasClient && (hop.JoinedBy == "unknown parent" || captured.Contains(Watch(hop.Source, ExchangeView.Client))))
            missing.Add(new MissingView(hop.Id, $"client view of {call}", Why(hop, Watch(hop.Source, ExchangeView.Client), facts)));
    }

    // A proxy that answered by itself before it chose an upstream called nobody.
    private static bool ReachedUpstream(HopView hop, ConversationTree tree)
    {
        Exchange? client = tree.Exchanges.FirstOrDefault(exchange => exchange.Id.ToString() == hop.Views[0].ExchangeId);
        return client is not null && (client.Endpoints.UpstreamLocal is not null || !client.IsMadeByProxy());
    }

    private static void AddIncomplete(HopView hop, List<MissingView> missing)
    {
        string call = $"{hop.Destination} {hop.Request?.Method ?? "?"} {hop.Request?.Path ?? "?"}";
        if (hop.Request is { BodyTruncated: true })
            missing.Add(new MissingView(hop.Id, $"rest of the request body of {call}", "truncated"));
        if (hop.Response is { BodyTruncated: true })
            missing.Add(new MissingView(hop.Id, $"rest of the response body of {call}", "truncated"));
        if (hop.End is ExchangeEnd.Open)
            missing.Add(new MissingView(hop.Id, $"end of {call}", "still open"));
    }

    private static string Why(HopView hop, string watch, CollectionFacts facts)
    {
        List<NodeAnswer> watching = [.. facts.Answers.Where(answer => answer.Watches.Contains(watch))];
        List<NodeAnswer> asked = watching.Count > 0 ? watching : [.. facts.Answers];
        if (asked.Any(answer => answer.Losses.Any(loss => loss.Reason is LossReason.Shed or LossReason.Malformed)))
            return "shed";
        if (asked.Any(answer => answer.StartedAt > hop.StartedAt))
            return "node restarted";
        if (asked.Any(answer => answer.Horizon > hop.StartedAt || answer.Losses.Any(loss => loss.Reason is LossReason.Evicted)))
            return "evicted";
        if (facts.Silent.Count > 0)
            return "node did not answer";
        return facts.StillOpen > 0 ? "still open" : "never seen";
    }
}
