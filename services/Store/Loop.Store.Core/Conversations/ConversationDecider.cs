using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations;

/// <summary>Which facts follow from a command. Pure: no clock, no I/O. Repeating a command adds no fact (refused exchanges apart: they are counted, not remembered).</summary>
public static class ConversationDecider
{
    // An event holds at most 64 KiB; an answer's two lists take at most three quarters of that, measured as JSON, since a peer may send anything.
    private const int ListBudgetBytes = 24 * 1024;
    private const int MaxTriggerKeys = 16;
    private const int MaxTextLength = 500;

    /// <summary>The facts that follow; none when the command changes nothing.</summary>
    /// <exception cref="ConversationCommandRefusedException">The command makes no sense in this state.</exception>
    public static IReadOnlyList<ConversationEvent> Decide(ConversationCommand command, Conversation state, ConversationLimits limits) => (command, state.State) switch
    {
        (KeepConversation keep, null) => [new ConversationKept(keep.Id, keep.Generation, Bounded(keep.Trigger), keep.At)],
        (KeepConversation keep, _) => SeeTrigger(keep.Trigger, state, limits),
        (_, null) => throw new ConversationCommandRefusedException(command, state),
        (MergeConversation, ConversationState.Merged) => [],
        (SealConversation, ConversationState.Merged or ConversationState.Sealed) => [],
        (RecordExchanges, ConversationState.Merged) => throw new ConversationCommandRefusedException(command, state),
        (_, ConversationState.Merged) => [],
        (MergeConversation, ConversationState.Sealed) => throw new ConversationCommandRefusedException(command, state),
        (MergeConversation merge, _) => [new ConversationMerged(merge.Into, merge.At)],
        (RecordExchanges record, _) => Record(record, state, limits),
        (RefuseExchanges refuse, _) => refuse.Count > 0 ? [new ExchangesRefused(refuse.Count, refuse.Cap)] : [],
        (AddKeys, ConversationState.Sealed) => [],
        (AddKeys add, _) => Add(add, state, limits),
        (AcceptNodeAnswer accept, _) => Accept(accept.Answer, state),
        (LoseNode lose, _) => Lose(lose, state),
        (SealConversation seal, _) => [new ConversationSealed(state.Recorded.Count, seal.Reason, seal.StillOpen, seal.At, seal.Segment)],
        (NameControl name, _) => state.Control is not null || name.Control == state.Id ? [] : [new ControlNamed(name.Control, Shorten(name.Route), name.At)],
        (AddAssertion add, _) => Add(add, state, limits),
        (CompactConversation compact, ConversationState.Sealed) => [new ConversationCompacted(compact.Segment, compact.At)],
        _ => throw new ConversationCommandRefusedException(command, state),
    };

    private static IReadOnlyList<ConversationEvent> SeeTrigger(Trigger trigger, Conversation state, ConversationLimits limits)
    {
        Trigger bounded = Bounded(trigger);
        // What was kept as a control and fails now is a failure from now on, recorded or not.
        bool isTold = state.LeadingTrigger?.Rule != Trigger.ControlRule && trigger.ExchangeId is { } exchange && state.RecordedIds.Contains(exchange);
        bool known = isTold || state.FurtherTriggers.Prepend(state.Trigger!).Any(seen => IsSame(seen, bounded));
        return known || state.State is ConversationState.Merged || state.FurtherTriggers.Count >= limits.FurtherTriggers ? [] : [new FurtherTriggerSeen(WithoutKnownKeys(bounded))];
    }

    // Those of an exchange are names of the conversation by then (KeepConversation goes together with AddKeys); a trigger by hand is known by its keys.
    private static Trigger WithoutKnownKeys(Trigger trigger) => trigger.ExchangeId is null ? trigger : trigger with { Keys = [] };

    // A node repeats a trigger until it is acknowledged; a person who asks twice means the same.
    private static bool IsSame(Trigger seen, Trigger again) =>
        seen.Rule == again.Rule && seen.ExchangeId == again.ExchangeId && seen.Session == again.Session && seen.Control == again.Control && (again.ExchangeId is not null || seen.Keys.SequenceEqual(again.Keys));

    private static List<ConversationEvent> Record(RecordExchanges command, Conversation state, ConversationLimits limits)
    {
        var facts = new List<ConversationEvent>();
        var seen = new HashSet<ExchangeId>();
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        long packBytes = command.PackBytes;
        int count = state.Recorded.Count;
        foreach (StoredExchange exchange in command.Exchanges)
        {
            ExchangeId id = exchange.Head.Id;
            bool isOpen = exchange.Head.End is ExchangeEnd.Open;
            bool isKnown = state.RecordedIds.Contains(id);
            if ((isKnown && (isOpen || !state.OpenIds.Contains(id))) || !seen.Add(id))
                continue;
            if (limits.CapBrokenBy(isKnown ? count - 1 : count, packBytes, exchange.StoredBytes) is { } cap)
            {
                refused[cap] = refused.GetValueOrDefault(cap) + 1;
                continue;
            }

            packBytes += exchange.StoredBytes;
            count += isKnown ? 0 : 1;
            facts.Add(state.State is ConversationState.Sealed
                ? new LateExchangeRecorded(id, exchange.Segment, exchange.Ordinal, command.At, isOpen)
                : new ExchangeRecorded(id, exchange.Segment, exchange.Ordinal, command.At, isOpen));
        }

        facts.AddRange(refused.Select(pair => new ExchangesRefused(pair.Value, pair.Key)));
        return facts;
    }

    private static IReadOnlyList<ConversationEvent> Add(AddKeys command, Conversation state, ConversationLimits limits)
    {
        TraceKey[] added = [.. command.Keys.Distinct().Except(state.Keys).Take(Math.Max(0, limits.Keys - state.Keys.Count))];

        // 16 keys of 256 characters stay far under 64 KiB even when every character must be escaped.
        return [.. added.Chunk(MaxTriggerKeys).Select(chunk => new TraceKeysAdded(chunk))];
    }

    private static IReadOnlyList<ConversationEvent> Add(AddAssertion add, Conversation state, ConversationLimits limits)
    {
        bool isKnown = state.Assertions.Any(earlier => earlier.Wrong == add.Wrong && earlier.Expect == add.Expect);
        bool isPlaceKnown = state.Assertions.Any(earlier => earlier.Wrong == add.Wrong);
        return isKnown || (!isPlaceKnown && state.Assertions.Count >= limits.Assertions) ? [] : [new AssertionAdded(add.Wrong, add.Expect, add.At)];
    }

    private static IReadOnlyList<ConversationEvent> Accept(NodeAnswer answer, Conversation state)
    {
        NodeAnswer bounded = answer with
        {
            Watches = WithinBudget(answer.Watches.Distinct(), watch => watch),
            Losses = WithinBudget(answer.Losses.Distinct(), loss => $"{loss.Key.Value}{loss.Exchange}"),
        };
        bool same = state.Nodes.GetValueOrDefault(answer.Node) is NodeAnswered last && SaysTheSame(last.Answer, bounded);
        return same ? [] : [new NodeAnswered(bounded)];
    }

    private static bool SaysTheSame(NodeAnswer last, NodeAnswer next) =>
        last.Epoch == next.Epoch && last.StartedAt == next.StartedAt && last.Horizon == next.Horizon && last.OpenCount == next.OpenCount
        && !next.Watches.Except(last.Watches).Any() && !next.Losses.Except(last.Losses).Any();

    private static IReadOnlyList<ConversationEvent> Lose(LoseNode lose, Conversation state)
    {
        string why = Shorten(lose.Why);
        return state.Nodes.GetValueOrDefault(lose.Node) is NodeDidNotAnswer ? [] : [new NodeDidNotAnswer(lose.Node, why, lose.At)];
    }

    private static Trigger Bounded(Trigger trigger) => trigger with
    {
        Rule = Shorten(trigger.Rule),
        Reason = Shorten(trigger.Reason),
        Control = trigger.Control is { } control ? control with { Route = Shorten(control.Route) } : null,
        Keys = trigger.Keys.Count > MaxTriggerKeys ? [.. trigger.Keys.Take(MaxTriggerKeys)] : trigger.Keys,
    };

    private static string Shorten(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];

    private static List<T> WithinBudget<T>(IEnumerable<T> items, Func<T, string> text)
    {
        const int entryOverheadBytes = 120;
        int bytes = 0;
        return [.. items.TakeWhile(item => (bytes += JsonEncodedText.Encode(text(item)).EncodedUtf8Bytes.Length + entryOverheadBytes) <= ListBudgetBytes)];
    }
}
