using System.Collections.Concurrent;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Protocols.Capture.V1;

namespace Loop.Store.Nodes;

/// <summary>Searches through the rings of all nodes.</summary>
public sealed partial class NodeRegistry
{
    // A look through a whole ring takes longer than a look-up, and the node does everything else besides.
    private const int SearchPatience = 3;

    private readonly ConcurrentDictionary<(string Node, long Search), TaskCompletionSource<IReadOnlyList<FoundExchange>>> _searches = new();
    private long _lastSearchId;

    /// <inheritdoc/>
    public Task<NodeSearch> FindHealthy(EntryRoute route, int limit, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(route);
        var healthy = new HealthyOfRoute
        {
            View = route.View.ToString().ToLowerInvariant(),
            Service = route.Service,
            Authority = route.Authority,
            Method = route.Method,
            Path = route.Path,
        };
        return Search(new Find { Healthy = healthy, Limit = limit }, timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<NodeSearch> FindSession(SessionMark mark, int limit, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mark);
        return Search(new Find { Session = new SameSession { Tokens = { mark.Tokens }, NeedsAll = mark.NeedsAll }, Limit = limit }, timeout, cancellationToken);
    }

    /// <summary>A node named what it found.</summary>
    public void Complete(string node, long search, IReadOnlyList<FoundExchange> exchanges)
    {
        if (_searches.TryRemove((node, search), out TaskCompletionSource<IReadOnlyList<FoundExchange>>? answer))
            answer.TrySetResult(exchanges);
    }

    private async Task<NodeSearch> Search(Find find, TimeSpan timeout, CancellationToken cancellationToken)
    {
        find.FindId = Interlocked.Increment(ref _lastSearchId);
        NodeSession[] sessions = Connected();
        Dictionary<string, Task<IReadOnlyList<FoundExchange>>> answers = sessions.ToDictionary(session => session.Node, session => Await(session.Node, find.FindId));
        foreach (NodeSession session in sessions)
            session.Send(new StoreMessage { Find = find });
        await Task.WhenAny(Task.WhenAll(answers.Values), Task.Delay(SearchPatience * timeout, time, cancellationToken));
        foreach (NodeSession session in sessions)
            _searches.TryRemove((session.Node, find.FindId), out _);
        cancellationToken.ThrowIfCancellationRequested();
        return new NodeSearch(
            [.. answers.Values.Where(answer => answer.IsCompletedSuccessfully).SelectMany(answer => answer.Result).OrderByDescending(found => found.StartedAt).ThenByDescending(found => found.Id)],
            [.. answers.Keys.Order(StringComparer.Ordinal)],
            [.. answers.Where(answer => !answer.Value.IsCompletedSuccessfully).Select(answer => answer.Key).Order(StringComparer.Ordinal)]);
    }

    // Whoever left does not answer, and nobody should wait for it.
    private void GiveUpSearches(string node)
    {
        foreach (((string Node, long Search) key, TaskCompletionSource<IReadOnlyList<FoundExchange>> answer) in _searches)
        {
            if (key.Node == node)
                answer.TrySetCanceled();
        }
    }

    private Task<IReadOnlyList<FoundExchange>> Await(string node, long search)
    {
        var answer = new TaskCompletionSource<IReadOnlyList<FoundExchange>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _searches[(node, search)] = answer;
        return answer.Task;
    }
}
