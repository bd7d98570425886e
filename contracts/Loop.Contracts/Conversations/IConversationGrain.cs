using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Conversations;

/// <summary>One conversation: collects, writes, seals. Key: the <see cref="ConversationId"/>. Not reentrant: it never waits for a node.</summary>
[Alias("loop.conversation")]
public interface IConversationGrain : IGrainWithStringKey
{
    /// <summary>A trigger fired. The first one keeps the conversation; it is durable when this returns.</summary>
    [Alias("trigger")]
    Task Trigger(Trigger trigger, int generation);

    /// <summary>Exchanges that are durable in a segment already; recording an id twice is a no-op.</summary>
    [Alias("record")]
    Task Record(IReadOnlyList<StoredExchange> exchanges);

    /// <summary>A node answered a collection; its exchanges came before.</summary>
    [Alias("node-answered")]
    Task NodeAnswered(NodeAnswer answer);

    /// <summary>The open exchanges at a node changed.</summary>
    [Alias("open-changed")]
    Task OpenChanged(string node, int openCount);

    /// <summary>A node left, or could not be asked.</summary>
    [Alias("node-lost")]
    Task NodeLost(string node, string why);

    /// <summary>Wakes an unsealed conversation after a restart, to finish it.</summary>
    [Alias("resume")]
    Task Resume();

    /// <summary>Everything but bodies; null when no such conversation is kept.</summary>
    [Alias("describe")]
    Task<ConversationDetail?> Describe();

    /// <summary>The recorded exchanges, access-log entries joined; for replay.</summary>
    [Alias("exchanges")]
    Task<IReadOnlyList<Exchange>> Exchanges();

    /// <summary>The kept bytes of a body by its SHA-256 (<see cref="BodyInfo.Sha256"/>); null when this conversation holds no such body. At most 1 MiB by default.</summary>
    [Alias("body")]
    Task<byte[]?> Body(string sha256);
}

/// <summary>An exchange whose bytes are durable.</summary>
/// <param name="Head">Everything but bodies.</param>
/// <param name="Segment">Number of the segment in the pack, from 1.</param>
/// <param name="Ordinal">Index in the segment, from 0.</param>
/// <param name="StoredBytes">What it takes, for the cap.</param>
public sealed record StoredExchange(Exchange Head, int Segment, int Ordinal, long StoredBytes);
