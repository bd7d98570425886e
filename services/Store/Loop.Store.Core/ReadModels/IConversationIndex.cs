using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Store.Core.ReadModels;

/// <summary>The read model behind lists and look-ups. Derived: it can be dropped and rebuilt from events and packs.</summary>
public interface IConversationIndex
{
    /// <summary>Inserts or replaces a line; keys are added to the look-up.</summary>
    Task Upsert(ConversationSummary summary, IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken);

    /// <summary>Makes <paramref name="id"/> an alias of <paramref name="into"/>: it leaves the lists, look-ups of it answer with the other.</summary>
    Task Alias(string id, string into, CancellationToken cancellationToken);

    /// <summary>Newest first by start, then id. <paramref name="before"/> is the <see cref="Page{T}.Next"/> of the page before. Controls are left out unless <paramref name="scope"/> says otherwise.</summary>
    Task<Page<ConversationSummary>> List(int limit, string? before, CancellationToken cancellationToken, ListScope scope = ListScope.WithoutControls);

    /// <summary>One line; null when there is none.</summary>
    Task<ConversationSummary?> Get(string id, CancellationToken cancellationToken);

    /// <summary>Ids that begin with <paramref name="prefix"/>, aliases resolved and duplicates removed, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<string>> Find(string prefix, int limit, CancellationToken cancellationToken);

    /// <summary>The conversations that carry <paramref name="key"/>, newest generation first.</summary>
    Task<IReadOnlyList<ConversationSummary>> ByKey(TraceKey key, CancellationToken cancellationToken);

    /// <summary>Ids of open conversations.</summary>
    Task<IReadOnlyList<string>> Open(CancellationToken cancellationToken);

    /// <summary>Inserts or replaces a replay's report.</summary>
    Task Upsert(ReplayReport report, CancellationToken cancellationToken);

    /// <summary>Replays, newest first; of one conversation when given.</summary>
    Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit, CancellationToken cancellationToken);

    /// <summary>Totals for status.</summary>
    Task<(long Conversations, long Open)> Count(CancellationToken cancellationToken);

    /// <summary>Position of the last event that this model includes, 0 when new.</summary>
    Task<long> Checkpoint(CancellationToken cancellationToken);

    /// <summary>Stores the checkpoint.</summary>
    Task SetCheckpoint(long position, CancellationToken cancellationToken);

    /// <summary>Empties everything, for a rebuild.</summary>
    Task Clear(CancellationToken cancellationToken);
}
