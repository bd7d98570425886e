using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>What the nodes answered when they were asked for a conversation.</summary>
/// <param name="Answers">The last answer of each node.</param>
/// <param name="Silent">Nodes that could not be asked.</param>
/// <param name="StillOpen">Exchanges still open at the seal.</param>
/// <param name="TriggeredBy">The exchange that triggered; null when it was kept by hand.</param>
/// <param name="Refused">Exchanges that a cap turned away.</param>
public sealed record CollectionFacts(IReadOnlyList<NodeAnswer> Answers, IReadOnlyList<NodeDidNotAnswer> Silent, int StillOpen, ExchangeId? TriggeredBy = null, int Refused = 0);

/// <summary>
/// Which views of the conversation there are, and for each missing one why. A view is expected when the other side of its call was recorded and its own
/// side is captured (some node watches that service and view), or when a call that is no entry lies inside others, whose services' calls are captured, and
/// nobody recorded who made it. A node that restarted after a call began forgot what it watched with everything else: there, both sides are expected. The exchange that triggered always is.
/// </summary>
public static class Coherence
{
    /// <summary>The reason that says that nobody knows one.</summary>
    public const string NeverSeen = "never seen";

    private const string Shed = "shed";
    private const string Evicted = "evicted";
    private const string Truncated = "truncated";
    private const string StillOpen = "still open";

    /// <summary>Judges a tree.</summary>
    public static CoherenceReport Judge(ConversationTree tree, IReadOnlyList<RecordedExchange> recorded, CollectionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(facts);
        facts = facts with { Answers = [.. facts.Answers.Select(answer => WithoutRecorded(answer, recorded))] };
        HashSet<string> captured = Captured(recorded, facts);
        var missing = new List<MissingView>();
        int present = 0;
        int absent = 0;
        if (facts.TriggeredBy is { } trigger && recorded.All(one => one.Exchange.Id != trigger))
        {
            missing.Add(new MissingView(null, "the exchange that triggered", WhyGone(trigger, facts)));
            absent++;
        }

        foreach (HopView hop in tree.Hops)
        {
            present += hop.Views.Count;
            int before = missing.Count;
            AddMissingSide(hop, tree, captured, facts, missing);
            AddLostCaller(hop, captured, facts, missing);
            absent += missing.Count - before;
            AddIncomplete(hop, missing);
        }

        AddUnseen(tree, facts, missing);
        if (tree.Hops.Count == 0 && missing.Count == 0)
            missing.Add(new MissingView(null, "everything: no exchange of it was recorded", NeverSeen));
        missing.AddRange(facts.Silent.Select(silent => new MissingView(null, $"whatever {silent.Node} saw", "node did not answer")));
        return new CoherenceReport(present + absent, present, missing, missing.Count == 0);
    }

    // What came in time and was evicted afterwards is no loss.
    private static NodeAnswer WithoutRecorded(NodeAnswer answer, IReadOnlyList<RecordedExchange> recorded) => answer.Losses.All(loss => loss.Exchange is null)
        ? answer
        : answer with { Losses = [.. answer.Losses.ExceptBy(recorded.Select(one => (ExchangeId?)one.Exchange.Id), loss => loss.Exchange ?? default(ExchangeId))] };

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
        bool isCut = facts.Answers.Any(answer => answer.StartedAt > hop.StartedAt);
        if (!hasServer && ReachedUpstream(hop, tree) && (isCut || captured.Contains(Watch(hop.Destination, ExchangeView.Server))))
            missing.Add(new MissingView(hop.Id, $"server view of {call}", Why(hop, Watch(hop.Destination, ExchangeView.Server), facts)));
        if (!hasClient && (IsCallerCaptured(hop, tree, captured) || (isCut && HasCaller(hop, tree))))
            missing.Add(new MissingView(hop.Id, $"client view of {call}", Why(hop, Watch(hop.Source, ExchangeView.Client), facts)));
    }

    // Who called is not known; that it was one of these is. Where none of them has a proxy for its calls, nobody can have seen it.
    private static bool IsCallerCaptured(HopView hop, ConversationTree tree, HashSet<string> captured) =>
        captured.Contains(Watch(hop.Source, ExchangeView.Client))
        || (hop.JoinedBy == "unknown parent" && hop.ParentCandidates.Any(id => captured.Contains(Watch(tree.Hops.First(other => other.Id == id).Destination, ExchangeView.Client))));

    private static bool HasCaller(HopView hop, ConversationTree tree) =>
        tree.Exchanges.FirstOrDefault(exchange => exchange.Id.ToString() == hop.Views[0].ExchangeId)?.IncomingSpanId is not null;

    // When both views of a call are lost no hop tells of it: a conversation with a known loss that explains none of its holes is not whole either.
    private static void AddUnseen(ConversationTree tree, CollectionFacts facts, List<MissingView> missing)
    {
        if (!missing.Exists(view => view.Why == Shed))
            missing.AddRange(facts.Answers.Where(WasShed).Select(answer => new MissingView(null, $"something that {answer.Node} could not take at that time", Shed)));
        if (!missing.Exists(view => view.Why == Evicted))
            missing.AddRange(facts.Answers.Where(answer => WasEvicted(answer) || MayHaveForgotten(answer, tree)).Select(answer => new MissingView(null, $"something that {answer.Node} dropped before it was asked for", Evicted)));
        if (facts.Refused > 0)
            missing.Add(new MissingView(null, $"{facts.Refused} further exchanges, for which there was no room in one conversation", Truncated));
    }

    private static bool WasShed(NodeAnswer answer) => answer.Losses.Any(loss => loss.Reason is LossReason.Shed or LossReason.Malformed);

    private static bool WasEvicted(NodeAnswer answer) => answer.Losses.Any(loss => loss.Reason is LossReason.Evicted);

    // Whoever made the first call that is known ended after it began, and was evicted later still. Since then the node knows every eviction, or it does not.
    private static bool MayHaveForgotten(NodeAnswer answer, ConversationTree tree) =>
        answer.EvictionsSince is not null && tree.Hops.Count > 0 && tree.Hops.Min(hop => hop.StartedAt) is var start && MayHaveEvicted(answer, start);

    private static bool MayHaveEvicted(NodeAnswer answer, DateTimeOffset startedAt) => WasEvicted(answer) || (answer.Horizon > startedAt && !(answer.EvictionsSince <= startedAt));

    /// <summary>True for a call of a captured service that nobody is known to have asked for: a job of its own, or its caller is missing.</summary>
    public static bool IsCallerUnknown(HopView hop)
    {
        ArgumentNullException.ThrowIfNull(hop);
        return hop.ParentId is null && hop.Views.Any(view => view.View is ExchangeView.Client);
    }

    // Services make calls of their own accord too, so that a caller is expected only where something is known to be lost.
    private static void AddLostCaller(HopView hop, HashSet<string> captured, CollectionFacts facts, List<MissingView> missing)
    {
        string watch = Watch(hop.Source, ExchangeView.Server);
        if (IsCallerUnknown(hop) && captured.Contains(watch) && Why(hop, watch, facts) is var why && why is not NeverSeen and not StillOpen)
            missing.Add(new MissingView(hop.Id, $"the request in which {hop.Source} called {hop.Destination}", why));
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
            missing.Add(new MissingView(hop.Id, $"rest of the request body of {call}", Truncated));
        if (hop.Response is { BodyTruncated: true })
            missing.Add(new MissingView(hop.Id, $"rest of the response body of {call}", Truncated));
        if (hop.End is ExchangeEnd.Open)
            missing.Add(new MissingView(hop.Id, $"end of {call}", StillOpen));
    }

    private static string WhyGone(ExchangeId exchange, CollectionFacts facts)
    {
        if (facts.Answers.FirstOrDefault(answer => answer.Node == exchange.Node) is not { } answer)
            return "node did not answer";
        if (answer.Epoch != exchange.Epoch)
            return "node restarted";
        if (WasShed(answer))
            return Shed;

        // It was there when it triggered: a node that evicts and does not remember all of it lost it so.
        return WasEvicted(answer) || (answer.Horizon is not null && !(answer.EvictionsSince <= answer.StartedAt)) ? Evicted : NeverSeen;
    }

    private static string Why(HopView hop, string watch, CollectionFacts facts)
    {
        List<NodeAnswer> watching = [.. facts.Answers.Where(answer => answer.Watches.Contains(watch))];
        List<NodeAnswer> asked = watching.Count > 0 ? watching : [.. facts.Answers];
        if (asked.Any(WasShed))
            return Shed;
        if (asked.Any(answer => answer.StartedAt > hop.StartedAt))
            return "node restarted";
        if (asked.Any(answer => MayHaveEvicted(answer, hop.StartedAt)))
            return Evicted;
        if (facts.Silent.Count > 0)
            return "node did not answer";
        return facts.StillOpen > 0 ? StillOpen : NeverSeen;
    }
}
