using System.Collections.Concurrent;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Microsoft.Extensions.Options;

namespace Loop.Store.Nodes;

/// <summary>
/// The capture nodes, what they watch and what every one of them must be asked. The trail of addresses is not followed yet: a collection asks all nodes,
/// which is cheap for some dozens.
/// </summary>
public sealed partial class NodeRegistry(IOptions<NodeLinkOptions> options, StoreInstruments instruments, TimeProvider time) : INodeCommands
{
    private readonly ConcurrentDictionary<string, NodeEntry> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<TraceKey>> _watches = new(StringComparer.Ordinal);
    private readonly Lock _attachLock = new();

    /// <summary>All nodes that were seen, connected ones first.</summary>
    public IReadOnlyList<NodeStatusView> Statuses()
    {
        DateTimeOffset old = time.GetUtcNow() - options.Value.ForgetAfter;
        foreach ((string name, NodeEntry entry) in _nodes)
        {
            if (entry.Session is null && entry.Status.LastSeenAt < old)
                _nodes.TryRemove(new KeyValuePair<string, NodeEntry>(name, entry));
        }

        return [.. _nodes.Values.Select(entry => entry.Status).OrderByDescending(status => status.Connected).ThenBy(status => status.Node, StringComparer.Ordinal)];
    }

    /// <summary>A node said hello. Returns null, with the reason, when a younger process of that name is connected.</summary>
    public NodeSession? Attach(Hello hello, out string? refusedReason)
    {
        lock (_attachLock)
        {
            refusedReason = null;
            NodeSession? old = _nodes.GetValueOrDefault(hello.Node)?.Session;
            if (old is not null && old.Epoch > hello.Epoch)
            {
                refusedReason = $"Another process named '{hello.Node}' is connected and started later. Give each capture node a name of its own (--node).";
                return null;
            }

            // The same process dials again before we saw its old link break, or its successor does.
            old?.Abort("the node dialled again");
            GiveUpSearches(hello.Node);
            var session = new NodeSession(hello.Node, hello.Epoch, hello.Version, options.Value.QueuedCommands, time);
            _nodes[hello.Node] = new NodeEntry(session, NewStatus(hello));
            instruments.OnNodeConnected(1);
            return session;
        }
    }

    /// <summary>Asks a node that has just connected for everything that is open, and tells it the replays under way.</summary>
    public void AskForEverything(NodeSession session)
    {
        foreach ((string replayId, IReadOnlyList<TraceKey> keys) in _replays)
            session.Send(Register(replayId, keys, Interlocked.Increment(ref _lastRequestId)));
        foreach ((string watchId, IReadOnlyList<TraceKey> keys) in _watches)
            AskAnew(session, watchId, keys);
    }

    /// <summary>The link is down. False when another link of the same node took its place.</summary>
    public bool Detach(NodeSession session)
    {
        lock (_attachLock)
        {
            instruments.OnNodeConnected(-1);
            if (!_nodes.TryGetValue(session.Node, out NodeEntry? entry) || entry.Session != session)
                return false;
            _nodes[session.Node] = new NodeEntry(null, entry.Status with { Connected = false, LastSeenAt = time.GetUtcNow() });
            GiveUpSearches(session.Node);
            return true;
        }
    }

    /// <summary>A node reported.</summary>
    public void Report(NodeSession session, NodeStatus status)
    {
        lock (_attachLock)
        {
            if (_nodes.TryGetValue(session.Node, out NodeEntry? entry) && entry.Session == session)
                _nodes[session.Node] = entry with { Status = View(entry.Status, status) };
        }
    }

    /// <summary>Watches that were asked for and not ended.</summary>
    public IReadOnlyList<string> ActiveWatches => [.. _watches.Keys];

    /// <inheritdoc/>
    public IReadOnlyList<string> Collect(string watchId, IReadOnlyList<TraceKey> keys)
    {
        // First the watch, then the sessions: a node that connects in between is asked twice, never not at all.
        _watches[watchId] = keys;
        NodeSession[] sessions = Connected();
        foreach (NodeSession session in sessions)
            session.SendCollect(watchId, keys);
        return Array.ConvertAll(sessions, session => session.Node);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> CollectOpen(string watchId, IReadOnlyList<TraceKey> keys)
    {
        NodeSession[] sessions = Connected();
        foreach (NodeSession session in sessions)
            session.SendCollect(watchId, keys, includeOpen: true);
        return Array.ConvertAll(sessions, session => session.Node);
    }

    /// <inheritdoc/>
    public void CollectAnew(string watchId, IReadOnlyList<TraceKey> keys)
    {
        foreach (NodeSession session in Connected())
            AskAnew(session, watchId, keys);
    }

    /// <inheritdoc/>
    public bool IsConnected(string node) => _nodes.GetValueOrDefault(node)?.Session is not null;

    /// <inheritdoc/>
    public bool Owes(string node, string watchId) => _nodes.GetValueOrDefault(node)?.Session?.Owes(watchId) is true;

    /// <inheritdoc/>
    public void Unwatch(string watchId)
    {
        if (!_watches.TryRemove(watchId, out _))
            return;
        foreach (NodeSession session in Connected())
        {
            session.Settle(watchId);
            session.Send(new StoreMessage { Unwatch = new Unwatch { WatchId = watchId } });
        }
    }

    // A node answers a watch that it has with what is new. What was lost on its way is lost to us, so the watch begins anew.
    private static void AskAnew(NodeSession session, string watchId, IReadOnlyList<TraceKey> keys)
    {
        session.Send(new StoreMessage { Unwatch = new Unwatch { WatchId = watchId } });
        session.SendCollect(watchId, keys);
    }

    private NodeSession[] Connected() => [.. _nodes.Values.Select(entry => entry.Session).OfType<NodeSession>()];

    private NodeStatusView NewStatus(Hello hello) => new()
    {
        Node = hello.Node,
        Epoch = hello.Epoch,
        Connected = true,
        LastSeenAt = time.GetUtcNow(),
        ExchangesPerSecond = 0,
        RingExchanges = 0,
        RingBytesUsed = 0,
        RingBytesTotal = 0,
        OpenExchanges = 0,
        Counts = new Dictionary<string, long>(),
        Inputs = new Dictionary<string, long>(),
    };

    private NodeStatusView View(NodeStatusView last, NodeStatus status) => last with
    {
        LastSeenAt = time.GetUtcNow(),
        Horizon = status.Horizon?.ToDateTimeOffset(),
        ExchangesPerSecond = status.ExchangesPerSecond,
        RingExchanges = status.RingExchanges,
        RingBytesUsed = status.RingBytesUsed,
        RingBytesTotal = status.RingBytesTotal,
        OpenExchanges = status.OpenExchanges,
        Counts = new Dictionary<string, long>(status.Counts),
        Inputs = new Dictionary<string, long>(status.Inputs),
    };

    private sealed record NodeEntry(NodeSession? Session, NodeStatusView Status);
}
