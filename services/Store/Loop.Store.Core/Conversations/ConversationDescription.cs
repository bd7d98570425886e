using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations.Tree;

namespace Loop.Store.Core.Conversations;

/// <summary>What people see of a conversation: a pure function of its facts and heads, the same for a grain and for a rebuild.</summary>
public sealed class ConversationDescription
{
    private readonly Conversation _conversation;
    private readonly ConversationTree _tree;

    /// <summary>Builds the tree and judges it.</summary>
    public ConversationDescription(Conversation conversation, IReadOnlyList<RecordedExchange> recorded)
    {
        _conversation = conversation;
        _tree = ConversationTree.Build(recorded);
        Coherence = Tree.Coherence.Judge(_tree, recorded, conversation.Facts);
    }

    /// <summary>Which hops are there.</summary>
    public CoherenceReport Coherence { get; }

    /// <summary>True when something seems to be missing and nobody has said why.</summary>
    public bool HasUnexplainedHole => Coherence.Missing.Any(missing => missing.Why == Tree.Coherence.NeverSeen) || _tree.Hops.Any(Tree.Coherence.IsCallerUnknown);

    /// <summary>The exchanges with access-log entries joined in.</summary>
    public IReadOnlyList<Exchange> Exchanges => _tree.Exchanges;

    /// <summary>The route by which the failure entered; null when nothing failed, or its entry was not recorded.</summary>
    public EntryRoute? FailedRoute => _tree.Hops.FirstOrDefault(hop => hop.Id == _tree.OriginHopId) is { } origin ? RouteOf(EntryOf(origin)) : null;

    /// <summary>Redacted exchanges of the hops by which the conversation entered the mesh.</summary>
    public IReadOnlyList<Exchange> Entries => [.. _tree.Hops.Where(hop => hop.ParentId is null).SelectMany(ExchangesOf)];

    /// <summary>True when a replay can take it for what is healthy on that route: it entered there, nothing of it failed and nothing is missing.</summary>
    public bool IsHealthyOf(string route) =>
        _tree.OriginHopId is null && !_tree.Recovered && Coherence.Complete
        && _tree.Hops.Any(hop => hop is { ParentId: null, End: ExchangeEnd.Complete, Response.Status: < 400 } && RouteOf(hop)?.ToString() == route);

    /// <summary>The line of a list.</summary>
    public ConversationSummary Summary()
    {
        HopView? entry = _tree.Hops.FirstOrDefault(hop => hop.ParentId is null) ?? (_tree.Hops.Count > 0 ? _tree.Hops[0] : null);
        Trigger trigger = _conversation.Trigger!;
        return new ConversationSummary
        {
            Id = _conversation.Id!.Value.Value,
            TraceKey = Conversation.PrimaryKey(trigger.Keys).ToString(),
            Path = entry?.Request?.Path,
            Method = entry?.Request?.Method,
            Status = entry?.Response?.Status,
            Destination = entry?.Destination,
            StartedAt = _tree.Hops.Count > 0 ? _tree.Hops.Min(hop => hop.StartedAt) : trigger.At,
            Hops = _tree.Hops.Count,
            Exchanges = _conversation.Recorded.Count,
            Failing = Failing(),
            Trigger = View(_conversation.LeadingTrigger!),
            State = _conversation.State!.Value,
            Recovered = _tree.Recovered,
            Missing = Coherence.Missing.Count,
        };
    }

    /// <summary>Everything but bodies.</summary>
    public ConversationDetail Detail() => new()
    {
        Id = _conversation.Id!.Value.Value,
        TraceKey = Conversation.PrimaryKey(_conversation.Trigger!.Keys).ToString(),
        Keys = [.. _conversation.Keys.Select(key => key.ToString())],
        State = _conversation.State!.Value,
        SealReason = _conversation.Seal?.Reason,
        Trigger = View(_conversation.LeadingTrigger!),
        Coherence = Coherence,
        Hops = _tree.Hops,
        OriginHopId = _tree.OriginHopId,
        Recovered = _tree.Recovered,
        ControlId = _conversation.Control?.Control.Value,
        Assertions = [.. _conversation.Assertions.Select(added => new AssertionView(added.Wrong, added.Expect, added.At))],
        Session = _conversation.Triggers.LastOrDefault(trigger => trigger.Session is not null)?.Session?.Value,
    };

    private string? Failing()
    {
        HopView? origin = _tree.Hops.FirstOrDefault(hop => hop.Id == _tree.OriginHopId);
        if (origin is null)
            return null;
        string path = origin.Request?.Path.Split('?')[0] ?? "";
        return string.Join(' ', new[] { origin.Destination, origin.Request?.Method, path, origin.Failure }.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static TriggerView View(Trigger trigger) => new(trigger.Rule, trigger.Reason, trigger.At, trigger.ExchangeId?.ToString())
    {
        ControlFor = trigger.Control?.For.Value,
        Route = trigger.Control?.Route,
    };

    private HopView EntryOf(HopView hop)
    {
        while (_tree.Hops.FirstOrDefault(other => other.Id == hop.ParentId) is { } parent)
            hop = parent;
        return hop;
    }

    // The outermost proxy that saw the call: what it was asked is what a client sends, whatever the ones behind it rewrote.
    private EntryRoute? RouteOf(HopView hop) => ExchangesOf(hop).Where(exchange => exchange.Request is not null)
        .OrderBy(exchange => exchange.Input is CaptureInput.AccessLog)
        .ThenBy(exchange => exchange.View switch { ExchangeView.Edge => 0, ExchangeView.Client => 1, ExchangeView.Server => 2, _ => 3 })
        .Select(EntryRoute.Of)
        .FirstOrDefault();

    private IEnumerable<Exchange> ExchangesOf(HopView hop)
    {
        HashSet<string> ids = [.. hop.Views.Select(view => view.ExchangeId)];
        return _tree.Exchanges.Where(exchange => ids.Contains(exchange.Id.ToString()));
    }
}
