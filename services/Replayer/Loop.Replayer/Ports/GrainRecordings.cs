using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Ports;

/// <summary>Reads conversations through their grains.</summary>
internal sealed class GrainRecordings(IGrainFactory grains) : IRecordings
{
    public Task<IReadOnlyList<string>> Find(string prefix) => grains.GetGrain<IDirectoryGrain>("default").FindConversations(prefix);

    public Task<ConversationDetail?> Describe(string conversationId) => Read(conversationId, conversation => conversation.Describe());

    public Task<IReadOnlyList<Exchange>> Exchanges(string conversationId) => Read(conversationId, conversation => conversation.Exchanges());

    public Task<byte[]?> Body(string conversationId, string sha256) => Read(conversationId, conversation => conversation.Body(sha256));

    // What the store throws is its own; what a reader needs of it is its words.
    private async Task<T> Read<T>(string id, Func<IConversationGrain, Task<T>> ask)
    {
        try
        {
            return await ask(grains.GetGrain<IConversationGrain>(id));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new RecordingUnreadableException(id, error);
        }
    }
}
