using System.Collections.Frozen;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;

namespace Loop.Store.Core.Events;

/// <summary>The one map between stored, versioned names and types. A name is never changed or reused; <c>docs/formats/events.md</c> lists the same names.</summary>
public static class EventNames
{
    private static readonly FrozenDictionary<string, Type> Types = new Dictionary<string, Type>
    {
        ["loop.conversation.kept.v1"] = typeof(ConversationKept),
        ["loop.conversation.further_trigger_seen.v1"] = typeof(FurtherTriggerSeen),
        ["loop.conversation.trace_keys_added.v1"] = typeof(TraceKeysAdded),
        ["loop.conversation.exchange_recorded.v1"] = typeof(ExchangeRecorded),
        ["loop.conversation.late_exchange_recorded.v1"] = typeof(LateExchangeRecorded),
        ["loop.conversation.exchanges_refused.v1"] = typeof(ExchangesRefused),
        ["loop.conversation.node_answered.v1"] = typeof(NodeAnswered),
        ["loop.conversation.node_did_not_answer.v1"] = typeof(NodeDidNotAnswer),
        ["loop.conversation.merged.v1"] = typeof(ConversationMerged),
        ["loop.conversation.sealed.v1"] = typeof(ConversationSealed),
        ["loop.conversation.compacted.v1"] = typeof(ConversationCompacted),
        ["loop.conversation.control_named.v1"] = typeof(ControlNamed),
        ["loop.conversation.assertion_added.v1"] = typeof(AssertionAdded),
        ["loop.replay.requested.v1"] = typeof(ReplayRequested),
        ["loop.replay.begun.v1"] = typeof(ReplayBegun),
        ["loop.replay.cancellation_requested.v1"] = typeof(ReplayCancellationRequested),
        ["loop.replay.keys_registered.v1"] = typeof(ReplayKeysRegistered),
        ["loop.replay.request_sent.v1"] = typeof(ReplayRequestSent),
        ["loop.replay.answered.v1"] = typeof(ReplayAnswered),
        ["loop.replay.exchange_observed.v1"] = typeof(ReplayExchangeObserved),
        ["loop.replay.step_taken.v1"] = typeof(ReplayStepTaken),
        ["loop.replay.runs_planned.v1"] = typeof(ReplayRunsPlanned),
        ["loop.replay.finished.v1"] = typeof(ReplayFinished),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> Names = Types.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Every name with its type.</summary>
    public static IReadOnlyDictionary<string, Type> All => Types;

    /// <summary>The stored name of a type of event.</summary>
    /// <exception cref="ArgumentException">The type is in no family; an event was added without a name.</exception>
    public static string Of(Type type) =>
        Names.TryGetValue(type, out string? name) ? name : throw new ArgumentException($"{type} has no stored name: add one to {nameof(EventNames)}.", nameof(type));

    /// <summary>The type behind a stored name; null when this Loop does not know it.</summary>
    public static Type? TypeOf(string name) => Types.GetValueOrDefault(name);
}
