using Loop.Contracts.Replays;
using Loop.Store.Core.ReadModels;
using Orleans.Concurrency;

namespace Loop.Store.Replays;

/// <summary>Look-ups across conversations and replays, for other services. Holds nothing.</summary>
[StatelessWorker]
public sealed class DirectoryGrain(IConversationIndex index) : Grain, IDirectoryGrain
{
    private const int MaxFound = 10;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindConversations(string prefix) => (await index.Find(prefix, MaxFound, CancellationToken.None)).ToArray();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit) =>
        (await index.Replays(conversationId, limit, CancellationToken.None)).ToArray();
}
