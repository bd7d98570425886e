using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations;

/// <summary>What may be asked of a conversation. Time and ids travel in the command, so that deciding is pure.</summary>
public abstract record ConversationCommand;

/// <summary>A trigger fired: the first one keeps the conversation, further ones are noted.</summary>
public sealed record KeepConversation(ConversationId Id, int Generation, Trigger Trigger, DateTimeOffset At) : ConversationCommand;

/// <summary>Exchanges are durable in segments.</summary>
/// <param name="Exchanges">In the order in which they came.</param>
/// <param name="PackBytes">What the pack held before them, for the cap: bytes are no facts of the stream.</param>
/// <param name="At">When.</param>
public sealed record RecordExchanges(IReadOnlyList<StoredExchange> Exchanges, long PackBytes, DateTimeOffset At) : ConversationCommand;

/// <summary>The closure found names.</summary>
public sealed record AddKeys(IReadOnlyList<TraceKey> Keys) : ConversationCommand;

/// <summary>Exchanges were turned away before they took space.</summary>
public sealed record RefuseExchanges(int Count, string Cap) : ConversationCommand;

/// <summary>A node answered.</summary>
public sealed record AcceptNodeAnswer(NodeAnswer Answer) : ConversationCommand;

/// <summary>A node could not be asked, or left with something unanswered.</summary>
public sealed record LoseNode(string Node, string Why, DateTimeOffset At) : ConversationCommand;

/// <summary>Waiting is over.</summary>
/// <param name="Reason">In words.</param>
/// <param name="StillOpen">Exchanges that nodes reported as open.</param>
/// <param name="At">When.</param>
/// <param name="Segment">The segment that holds every recorded exchange, if the pack was compacted.</param>
public sealed record SealConversation(string Reason, int StillOpen, DateTimeOffset At, int? Segment = null) : ConversationCommand;

/// <summary>Every recorded exchange lies in one segment again, after late ones came.</summary>
public sealed record CompactConversation(int Segment, DateTimeOffset At) : ConversationCommand;

/// <summary>Everything of it went to an older conversation.</summary>
public sealed record MergeConversation(ConversationId Into, DateTimeOffset At) : ConversationCommand;

/// <summary>A healthy conversation of the same entry route is known.</summary>
public sealed record NameControl(ConversationId Control, string Route, DateTimeOffset At) : ConversationCommand;

/// <summary>A person called a recorded value wrong.</summary>
public sealed record AddAssertion(string Wrong, string? Expect, DateTimeOffset At) : ConversationCommand;

/// <summary>A command that makes no sense in this state: a bug of the caller.</summary>
public sealed class ConversationCommandRefusedException(ConversationCommand command, Conversation conversation)
    : Exception($"{command.GetType().Name} is refused: conversation {conversation.Id?.Value ?? "(none)"} is {conversation.State?.ToString() ?? "not kept"}.");
