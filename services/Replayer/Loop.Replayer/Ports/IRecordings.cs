using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Ports;

/// <summary>Kept conversations, read only.</summary>
public interface IRecordings
{
    /// <summary>Ids that begin with <paramref name="prefix"/>, at most 10.</summary>
    Task<IReadOnlyList<string>> Find(string prefix);

    /// <summary>Everything but bodies; null when there is no such conversation.</summary>
    Task<ConversationDetail?> Describe(string conversationId);

    /// <summary>Its exchanges, access-log entries joined.</summary>
    Task<IReadOnlyList<Exchange>> Exchanges(string conversationId);

    /// <summary>Kept bytes of a body; null when the conversation holds no such body.</summary>
    Task<byte[]?> Body(string conversationId, string sha256);
}
