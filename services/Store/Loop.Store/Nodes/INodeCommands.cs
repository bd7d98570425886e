using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;

namespace Loop.Store.Nodes;

/// <summary>What the store asks of all capture nodes. Nothing here waits for a node, except where it says so.</summary>
public interface INodeCommands
{
    /// <summary>Asks every connected node for what carries these keys, and every node that connects later, until <see cref="Unwatch"/>. Returns the nodes that were asked now.</summary>
    IReadOnlyList<string> Collect(string watchId, IReadOnlyList<TraceKey> keys);

    /// <summary>Asks every connected node also for what has not ended, as far as it came. Returns the nodes that were asked.</summary>
    IReadOnlyList<string> CollectOpen(string watchId, IReadOnlyList<TraceKey> keys);

    /// <summary>Lets every connected node forget what it has sent for a watch and send all of it again, with an answer of now. Nobody waits for it.</summary>
    void CollectAnew(string watchId, IReadOnlyList<TraceKey> keys);

    /// <summary>True while the node is connected and has not answered for this watch.</summary>
    bool Owes(string node, string watchId);

    /// <summary>True while a link of the node is up.</summary>
    bool IsConnected(string node);

    /// <summary>Ends a watch everywhere.</summary>
    void Unwatch(string watchId);

    /// <summary>Registers a replay's keys everywhere and waits until each node confirmed, at most <paramref name="timeout"/>. Returns the nodes that did.</summary>
    Task<IReadOnlyList<string>> RegisterReplayKeys(string replayId, IReadOnlyList<TraceKey> keys, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Asks every connected node for the newest healthy exchanges that entered by a route, at most <paramref name="limit"/> of each, and waits for the answers, at most three times <paramref name="timeout"/>.</summary>
    Task<NodeSearch> FindHealthy(EntryRoute route, int limit, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>The same for the exchanges of a session.</summary>
    Task<NodeSearch> FindSession(SessionMark mark, int limit, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Ends a replay's registration everywhere.</summary>
    void UnregisterReplayKeys(string replayId);
}
