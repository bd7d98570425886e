using System.Text.Json.Serialization;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Conversations;

/// <summary>The closed family of facts in a conversation's stream. Stored names are in <c>docs/formats/events.md</c>.</summary>
public abstract record ConversationEvent;

/// <summary>First event of the stream: the conversation was triggered and is being collected.</summary>
public sealed record ConversationKept(ConversationId Id, int Generation, Trigger Trigger, DateTimeOffset At) : ConversationEvent;

/// <summary>A further trigger fired in a conversation that is kept already, and its exchange was never recorded (a recorded one tells itself why it failed). At most 16 are recorded.</summary>
public sealed record FurtherTriggerSeen(Trigger Trigger) : ConversationEvent;

/// <summary>The closure found further names of this conversation.</summary>
public sealed record TraceKeysAdded(IReadOnlyList<TraceKey> Keys) : ConversationEvent;

/// <summary>An exchange is durable in a segment of the conversation's pack.</summary>
/// <param name="Id">Identity given at capture.</param>
/// <param name="Segment">Number of the segment, from 1.</param>
/// <param name="Ordinal">Index of the exchange within its segment, from 0.</param>
/// <param name="At">When the store recorded it.</param>
/// <param name="Open">True when it had not ended: the same id, recorded again, takes its place.</param>
public sealed record ExchangeRecorded(
    ExchangeId Id,
    int Segment,
    int Ordinal,
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Open = false) : ConversationEvent;

/// <summary>The same, after the conversation was sealed.</summary>
public sealed record LateExchangeRecorded(
    ExchangeId Id,
    int Segment,
    int Ordinal,
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Open = false) : ConversationEvent;

/// <summary>Exchanges that came after a cap was reached (1,000 exchanges or 64 MiB) and were not kept.</summary>
public sealed record ExchangesRefused(int Count, string Cap) : ConversationEvent;

/// <summary>What a node answered when it was asked for this conversation; what coherence is judged by.</summary>
public sealed record NodeAnswered(NodeAnswer Answer) : ConversationEvent;

/// <summary>A node that should know of this conversation could not be asked.</summary>
public sealed record NodeDidNotAnswer(string Node, string Why, DateTimeOffset At) : ConversationEvent;

/// <summary>This conversation is part of an older one; everything of it went there and its id is an alias.</summary>
public sealed record ConversationMerged(ConversationId Into, DateTimeOffset At) : ConversationEvent;

/// <summary>The conversation is complete, or waiting was given up.</summary>
/// <param name="ExchangeCount">Exchanges recorded by then.</param>
/// <param name="Reason"><c>quiet</c>, <c>time limit</c> or <c>store restarted</c>.</param>
/// <param name="StillOpen">Exchanges that the nodes reported as still open.</param>
/// <param name="At">When.</param>
/// <param name="Segment">As of <see cref="ConversationCompacted"/>; null when the pack was not compacted.</param>
public sealed record ConversationSealed(int ExchangeCount, string Reason, int StillOpen, DateTimeOffset At, int? Segment = null) : ConversationEvent;

/// <summary>Every exchange recorded by now lies in one segment: its ordinal is its place in the order of recording. No earlier place counts any more.</summary>
/// <param name="Segment">Number of that segment.</param>
/// <param name="At">When.</param>
public sealed record ConversationCompacted(int Segment, DateTimeOffset At) : ConversationEvent;

/// <summary>The healthy conversation of the same entry route that a replay runs first: when it fails there, the sandbox is broken.</summary>
/// <param name="Control">A sealed conversation without a failure.</param>
/// <param name="Route">Text of the <see cref="EntryRoute"/> of both.</param>
/// <param name="At">When it was known to be healthy.</param>
public sealed record ControlNamed(ConversationId Control, string Route, DateTimeOffset At) : ConversationEvent;

/// <summary>A person said that a recorded value is wrong. The same place again takes the place of the earlier word. At most 16 are recorded.</summary>
/// <param name="Wrong"><c>HOP response $.path</c>, as typed (<see cref="AssertionText"/>).</param>
/// <param name="Expect">What should stand there, as JSON or a word; null when the person did not say.</param>
/// <param name="At">When.</param>
public sealed record AssertionAdded(string Wrong, string? Expect, DateTimeOffset At) : ConversationEvent;

/// <summary>A node's answer to a collection.</summary>
public sealed record NodeAnswer
{
    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>The node's process: exchanges of earlier epochs are gone.</summary>
    public required long Epoch { get; init; }

    /// <summary>When that process started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Start of the oldest exchange in the ring that evicted most; what began earlier may be gone. Null while nothing was evicted.</summary>
    public DateTimeOffset? Horizon { get; init; }

    /// <summary>From here on the node remembers by key whatever it evicted: <see cref="Losses"/> tells all. What was evicted earlier is known by <see cref="Horizon"/> alone. Null when the node did not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EvictionsSince { get; init; }

    /// <summary>Exchanges of the asked keys that had not ended.</summary>
    public required int OpenCount { get; init; }

    /// <summary>Services whose exchanges this node saw, as <c>service/view</c>.</summary>
    public IReadOnlyList<string> Watches { get; init; } = [];

    /// <summary>Entries of the node's journal for the asked keys.</summary>
    public IReadOnlyList<JournalEntry> Losses { get; init; } = [];

    /// <summary>When it answered.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>A loss that the node remembers by key hash.</summary>
/// <param name="Reason">Which.</param>
/// <param name="At">When.</param>
/// <param name="Key">The asked key that it matches.</param>
/// <param name="Exchange">Which exchange it was; null where that is not remembered. One that is recorded all the same is no loss.</param>
public sealed record JournalEntry(
    LossReason Reason,
    DateTimeOffset At,
    TraceKey Key,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExchangeId? Exchange = null);

/// <summary>Why an exchange, or a part of it, is missing.</summary>
public enum LossReason
{
    /// <summary>No room, or too fast: the exchange was dropped at arrival.</summary>
    Shed,

    /// <summary>A body stopped growing at a limit.</summary>
    Truncated,

    /// <summary>Bytes that could not be decoded.</summary>
    Malformed,

    /// <summary>Dropped from the ring by newer exchanges.</summary>
    Evicted,
}
