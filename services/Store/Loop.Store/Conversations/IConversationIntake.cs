using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Conversations;

/// <summary>What the store's own parts ask of a conversation's grain, besides the public contract. Same key, same activation.</summary>
[Alias("loop.conversation-intake")]
public interface IConversationIntake : IGrainWithStringKey
{
    /// <summary>Which of these exchanges should be written: not recorded yet, and within the caps. Asked before any byte is written.</summary>
    [Alias("admit")]
    Task<Admission> Admit(ExchangeOffer[] offers);

    /// <summary>Records exchanges of a durable segment; answers with the conversation that must have them instead, null when they are recorded.</summary>
    [Alias("record-segment")]
    Task<string?> RecordSegment(StoredExchange[] exchanges);

    /// <summary>Which of these ids are recorded here.</summary>
    [Alias("known")]
    Task<ExchangeId[]> Known(ExchangeId[] ids);

    /// <summary>A node that has just connected was asked for this conversation.</summary>
    [Alias("asked")]
    Task Asked(string node);

    /// <summary>A node lost something of this conversation after it answered.</summary>
    [Alias("heard-of-loss")]
    Task HeardOfLoss();

    /// <summary>Where the conversation stands.</summary>
    [Alias("progress")]
    Task<ConversationProgress> Progress();

    /// <summary>Names the healthy conversation of the same entry route; the first one stays.</summary>
    [Alias("name-control")]
    Task NameControl(string control, string route);

    /// <summary>True when it is sealed and may serve as the control of an entry route.</summary>
    [Alias("is-healthy-of")]
    Task<bool> IsHealthyOf(string route);

    /// <summary>The redacted exchanges by which it entered the mesh, as far as they are recorded.</summary>
    [Alias("entries")]
    Task<IReadOnlyList<Exchange>> Entries();

    /// <summary>Notes that a recorded value is wrong; false when too many were noted already.</summary>
    [Alias("assert")]
    Task<bool> Assert(string wrong, string? expect);

    /// <summary>Another part of the store wrote the stream, which did not exist before: it is read again.</summary>
    [Alias("read-again")]
    Task ReadAgain();

    /// <summary>Holds the seal back and tells what must be copied into an older conversation.</summary>
    [Alias("begin-merge")]
    Task<ConversationProgress> BeginMerge();

    /// <summary>Becomes an alias of <paramref name="into"/>, unless more than <paramref name="copied"/> exchanges are recorded by now: then false, and the copy goes on.</summary>
    [Alias("merge-into")]
    Task<bool> MergeInto(string into, int copied);
}

/// <summary>An exchange that waits to be written.</summary>
/// <param name="Id">Identity given at capture.</param>
/// <param name="Bytes">Bytes of head and bodies, before compression.</param>
/// <param name="IsOpen">True when it had not ended: it takes the place of nothing.</param>
public sealed record ExchangeOffer(ExchangeId Id, long Bytes, bool IsOpen = false);

/// <summary>Answer to offers.</summary>
/// <param name="Kept">False when no such conversation is kept: nothing may be written.</param>
/// <param name="ForwardTo">The conversation that this one was merged into; null otherwise.</param>
/// <param name="Wanted">Ids to write.</param>
public sealed record Admission(bool Kept, string? ForwardTo, ExchangeId[] Wanted);

/// <summary>Where a conversation stands.</summary>
public sealed record ConversationProgress(ConversationState? State, int Generation, DateTimeOffset? SealedAt, string? MergedInto, int Recorded, int[] Segments, Trigger[] Triggers);
