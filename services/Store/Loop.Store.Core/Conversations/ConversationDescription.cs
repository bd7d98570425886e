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
            Trigger = View(trigger),
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
        Trigger = View(_conversation.Trigger),
        Coherence = Coherence,
        Hops = _tree.Hops,
        OriginHopId = _tree.OriginHopId,
        Recovered = _tree.Recovered,
    };

    private string? Failing()
    {
        HopView? origin = _tree.Hops.FirstOrDefault(hop => hop.Id == _tree.OriginHopId);
        if (origin is null)
            return null;
        string path = origin.Request?.Path.Split('?')[0] ?? "";
        return string.Join(' ', new[] { origin.Destination, origin.Request?.Method, path, origin.Failure }.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static TriggerView View(Trigger trigger) => new(trigger.Rule, trigger.Reason, trigger.At, trigger.ExchangeId?.ToString());
}
