using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Store.Core.ReadModels;

namespace Loop.Store.Conformance.ReadModels;

/// <summary>The read model in dictionaries, for tests of what stands on the port.</summary>
public sealed class InMemoryConversationIndex : IConversationIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConversationSummary> _conversations = [];
    private readonly HashSet<(string Key, string Id)> _keys = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly Dictionary<string, ReplayReport> _replays = [];
    private long _checkpoint;

    /// <inheritdoc/>
    public Task Upsert(ConversationSummary summary, IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken) => Do(() =>
    {
        string id = Resolve(summary.Id);
        if (id == summary.Id)
            _conversations[id] = summary;
        foreach (TraceKey key in keys)
            _keys.Add((key.ToString(), id));
        return true;
    });

    /// <inheritdoc/>
    public Task Alias(string id, string into, CancellationToken cancellationToken) => Do(() =>
    {
        string target = Resolve(into);
        if (target == id)
            return false;
        foreach (string alias in _aliases.Where(pair => pair.Value == id).Select(pair => pair.Key).ToArray())
            _aliases[alias] = target;
        _aliases[id] = target;
        foreach ((string Key, string Id) entry in _keys.Where(entry => entry.Id == id).ToArray())
        {
            _keys.Remove(entry);
            _keys.Add((entry.Key, target));
        }

        return _conversations.Remove(id);
    });

    /// <inheritdoc/>
    public Task<Page<ConversationSummary>> List(int limit, string? before, CancellationToken cancellationToken, ListScope scope = ListScope.WithoutControls)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ListCursor cursor = before is null ? ListCursor.Start : ListCursor.Parse(before);
        return Do(() => ListCursor.Cut([.. NewestFirst(_conversations.Values.Where(summary => IsBehind(summary, cursor) && IsIn(summary, scope))).Take(limit + 1)], limit));
    }

    /// <inheritdoc/>
    public Task<ConversationSummary?> Get(string id, CancellationToken cancellationToken) => Do(() => _conversations.GetValueOrDefault(Resolve(id)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> Find(string prefix, int limit, CancellationToken cancellationToken) => Do<IReadOnlyList<string>>(() =>
        [.. _conversations.Keys.Concat(_aliases.Keys).Where(id => id.StartsWith(prefix, StringComparison.Ordinal)).Select(Resolve).Distinct().Order(StringComparer.Ordinal).Take(limit)]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConversationSummary>> ByKey(TraceKey key, CancellationToken cancellationToken) => Do<IReadOnlyList<ConversationSummary>>(() =>
        [.. NewestFirst(_conversations.Values.Where(summary => _keys.Contains((key.ToString(), summary.Id))))]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> Open(CancellationToken cancellationToken) => Do<IReadOnlyList<string>>(() =>
        [.. _conversations.Values.Where(summary => summary.State == ConversationState.Open).Select(summary => summary.Id).Order(StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public Task Upsert(ReplayReport report, CancellationToken cancellationToken) => Do(() => _replays[report.Id] = report);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit, CancellationToken cancellationToken) => Do<IReadOnlyList<ReplayReport>>(() =>
        [.. _replays.Values.Where(report => conversationId is null || report.ConversationId == conversationId)
            .OrderByDescending(report => report.StartedAt).ThenByDescending(report => report.Id, StringComparer.Ordinal).Take(limit)]);

    /// <inheritdoc/>
    public Task<(long Conversations, long Open)> Count(CancellationToken cancellationToken) => Do(() =>
        ((long)_conversations.Count, (long)_conversations.Values.Count(summary => summary.State == ConversationState.Open)));

    /// <inheritdoc/>
    public Task<long> Checkpoint(CancellationToken cancellationToken) => Do(() => _checkpoint);

    /// <inheritdoc/>
    public Task SetCheckpoint(long position, CancellationToken cancellationToken) => Do(() => _checkpoint = position);

    /// <inheritdoc/>
    public Task Clear(CancellationToken cancellationToken) => Do(() =>
    {
        _conversations.Clear();
        _keys.Clear();
        _aliases.Clear();
        _replays.Clear();
        return _checkpoint = 0;
    });

    private static bool IsBehind(ConversationSummary summary, ListCursor cursor)
    {
        int byStart = summary.StartedAt.UtcTicks.CompareTo(cursor.StartedAtTicks);
        return byStart < 0 || (byStart == 0 && string.CompareOrdinal(summary.Id, cursor.Id) < 0);
    }

    private static bool IsIn(ConversationSummary summary, ListScope scope) =>
        scope is ListScope.All || (summary.Trigger.Rule == Trigger.ControlRule) == (scope is ListScope.ControlsOnly);

    private static IEnumerable<ConversationSummary> NewestFirst(IEnumerable<ConversationSummary> summaries) =>
        summaries.OrderByDescending(summary => summary.StartedAt).ThenByDescending(summary => summary.Id, StringComparer.Ordinal);

    private string Resolve(string id) => _aliases.GetValueOrDefault(id, id);

    private Task<T> Do<T>(Func<T> work)
    {
        lock (_lock)
            return Task.FromResult(work());
    }
}
