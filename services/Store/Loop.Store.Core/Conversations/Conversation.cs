using System.Collections.Immutable;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations.Tree;

namespace Loop.Store.Core.Conversations;

/// <summary>Where a recorded exchange lies.</summary>
public sealed record RecordedPlace(ExchangeId Id, int Segment, int Ordinal, bool Late, DateTimeOffset At);

/// <summary>A conversation as its facts tell it: the fold of its stream, and nothing else.</summary>
public sealed record Conversation
{
    /// <summary>Before the first fact.</summary>
    public static readonly Conversation NotKept = new();

    /// <summary>Null until it is kept.</summary>
    public ConversationId? Id { get; init; }

    /// <summary>From 1.</summary>
    public int Generation { get; init; }

    /// <summary>Null until it is kept.</summary>
    public ConversationState? State { get; init; }

    /// <summary>The first trigger.</summary>
    public Trigger? Trigger { get; init; }

    /// <summary>When it was kept.</summary>
    public DateTimeOffset KeptAt { get; init; }

    /// <summary>Those after the first.</summary>
    public ImmutableList<Trigger> FurtherTriggers { get; init; } = [];

    /// <summary>All names, in the order in which they became known.</summary>
    public ImmutableList<TraceKey> Keys { get; init; } = [];

    /// <summary>Recorded exchanges in order.</summary>
    public ImmutableList<RecordedPlace> Recorded { get; init; } = [];

    /// <summary>Ids of <see cref="Recorded"/>.</summary>
    public ImmutableHashSet<ExchangeId> RecordedIds { get; init; } = [];

    /// <summary>Those that had not ended when they were recorded: what comes of them when they end takes their place.</summary>
    public ImmutableHashSet<ExchangeId> OpenIds { get; init; } = [];

    /// <summary>Exchanges that a cap turned away.</summary>
    public int Refused { get; init; }

    /// <summary>The last word of or about each node: an answer, or why there is none.</summary>
    public ImmutableSortedDictionary<string, ConversationEvent> Nodes { get; init; } = ImmutableSortedDictionary.Create<string, ConversationEvent>(StringComparer.Ordinal);

    /// <summary>The seal; null while open.</summary>
    public ConversationSealed? Seal { get; init; }

    /// <summary>The older conversation that this is a part of.</summary>
    public ConversationId? MergedInto { get; init; }

    /// <summary>Its control; null while none is known.</summary>
    public ControlNamed? Control { get; init; }

    /// <summary>Values that a person called wrong, one per place.</summary>
    public ImmutableList<AssertionAdded> Assertions { get; init; } = [];

    /// <summary>All triggers in order; none before it is kept.</summary>
    public IEnumerable<Trigger> Triggers => Trigger is null ? [] : FurtherTriggers.Prepend(Trigger);

    /// <summary>Why it is worth keeping: a failure or a person's wish goes before its being the control of something else. Null before it is kept.</summary>
    public Trigger? LeadingTrigger => Triggers.FirstOrDefault(trigger => trigger.Rule != Contracts.Conversations.Trigger.ControlRule) ?? Trigger;

    /// <summary>What coherence is judged by.</summary>
    public CollectionFacts Facts => new(
        [.. Nodes.Values.OfType<NodeAnswered>().Select(fact => fact.Answer)],
        [.. Nodes.Values.OfType<NodeDidNotAnswer>()],
        Seal?.StillOpen ?? 0,
        Trigger?.ExchangeId,
        Refused);

    /// <summary>The state after one more fact.</summary>
    public Conversation Evolve(ConversationEvent fact) => fact switch
    {
        ConversationKept kept => this with
        {
            Id = kept.Id,
            Generation = kept.Generation,
            State = ConversationState.Open,
            Trigger = kept.Trigger,
            KeptAt = kept.At,
            Keys = With(kept.Trigger.Keys),
        },
        FurtherTriggerSeen further => this with { FurtherTriggers = FurtherTriggers.Add(further.Trigger) },
        TraceKeysAdded added => this with { Keys = With(added.Keys) },
        ExchangeRecorded recorded => With(new RecordedPlace(recorded.Id, recorded.Segment, recorded.Ordinal, Late: false, recorded.At), recorded.Open),
        LateExchangeRecorded late => With(new RecordedPlace(late.Id, late.Segment, late.Ordinal, Late: true, late.At), late.Open),
        ExchangesRefused refused => this with { Refused = Refused + refused.Count },
        NodeAnswered answered => this with { Nodes = Nodes.SetItem(answered.Answer.Node, Remembering(answered)) },
        NodeDidNotAnswer silent => this with { Nodes = Nodes.SetItem(silent.Node, silent) },
        ConversationSealed sealing => Compacted(sealing.Segment) with { State = ConversationState.Sealed, Seal = sealing },
        ConversationCompacted compacted => Compacted(compacted.Segment),
        ControlNamed named => this with { Control = named },
        AssertionAdded added => this with { Assertions = Assertions.RemoveAll(earlier => earlier.Wrong == added.Wrong).Add(added) },
        ConversationMerged merged => this with { State = ConversationState.Merged, MergedInto = merged.Into },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} is no fact of a conversation that this version knows."),
    };

    /// <summary>The fold of a whole stream.</summary>
    public static Conversation Fold(IEnumerable<ConversationEvent> facts) => facts.Aggregate(NotKept, (state, fact) => state.Evolve(fact));

    /// <summary>The key that names a conversation: the smallest trace id, else the smallest request id.</summary>
    public static TraceKey PrimaryKey(IEnumerable<TraceKey> keys) =>
        keys.OrderBy(key => key.Kind).ThenBy(key => key.Value, StringComparer.Ordinal).First();

    // A node that restarted does not know any more what it watched, and its journals overwrite what is old; what it said before stays true.
    private NodeAnswered Remembering(NodeAnswered answered)
    {
        NodeAnswer answer = answered.Answer;
        if (Nodes.GetValueOrDefault(answer.Node) is not NodeAnswered { Answer: { } before })
            return answered;
        return answered with
        {
            Answer = answer with
            {
                Watches = [.. before.Watches.Union(answer.Watches)],
                Losses = [.. before.Losses.Union(answer.Losses)],
                EvictionsSince = before.Epoch == answer.Epoch && before.EvictionsSince < answer.EvictionsSince ? before.EvictionsSince : answer.EvictionsSince,
            },
        };
    }

    private Conversation Compacted(int? segment) =>
        segment is { } number ? this with { Recorded = [.. Recorded.Select((place, ordinal) => place with { Segment = number, Ordinal = ordinal })] } : this;

    private ImmutableList<TraceKey> With(IEnumerable<TraceKey> keys) => Keys.AddRange(keys.Except(Keys));

    private Conversation With(RecordedPlace place, bool isOpen) => this with
    {
        Recorded = RecordedIds.Contains(place.Id) ? Recorded.SetItem(Recorded.FindIndex(earlier => earlier.Id == place.Id), place) : Recorded.Add(place),
        RecordedIds = RecordedIds.Add(place.Id),
        OpenIds = isOpen ? OpenIds.Add(place.Id) : OpenIds.Remove(place.Id),
    };
}
