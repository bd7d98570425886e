using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Ports;

/// <summary>Reads conversations through their grains.</summary>
internal sealed class GrainRecordings(IGrainFactory grains) : IRecordings
{
    public Task<IReadOnlyList<string>> Find(string prefix) => grains.GetGrain<IDirectoryGrain>("default").FindConversations(prefix);

    public Task<ConversationDetail?> Describe(string conversationId) => Conversation(conversationId).Describe();

    public Task<IReadOnlyList<Exchange>> Exchanges(string conversationId) => Conversation(conversationId).Exchanges();

    public Task<byte[]?> Body(string conversationId, string sha256) => Conversation(conversationId).Body(sha256);

    private IConversationGrain Conversation(string id) => grains.GetGrain<IConversationGrain>(id);
}
