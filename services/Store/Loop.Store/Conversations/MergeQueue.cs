using System.Threading.Channels;
using Loop.Contracts.Conversations;

namespace Loop.Store.Conversations;

/// <summary>A conversation that is part of an older one.</summary>
public sealed record MergeRequest(ConversationId From, ConversationId Into);

/// <summary>Merges to do. Unbounded, since each conversation enters at most a few times and the cap per minute bounds conversations.</summary>
public sealed class MergeQueue
{
    private readonly Channel<MergeRequest> _requests = Channel.CreateUnbounded<MergeRequest>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>What to do.</summary>
    public ChannelReader<MergeRequest> Requests => _requests.Reader;

    /// <summary>Asks for a merge; a repeat is harmless.</summary>
    public void Enqueue(MergeRequest request) => _requests.Writer.TryWrite(request);
}
