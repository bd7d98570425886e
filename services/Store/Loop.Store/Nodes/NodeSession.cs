using System.Threading.Channels;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;

namespace Loop.Store.Nodes;

/// <summary>One node link that is up: what waits to be sent, and which answers are owed. Safe from any thread; nothing here waits.</summary>
public sealed class NodeSession(string node, long epoch, string version, int queuedCommands, TimeProvider time) : IDisposable
{
    // A node serves one question after the other, and a node on a crowded machine is slow: one that still speaks, be it of its status alone, is given this many
    // times longer than one from which nothing comes any more.
    private const int BusyFactor = 5;

    private readonly Channel<StoreMessage> _outbound = Channel.CreateBounded<StoreMessage>(new BoundedChannelOptions(queuedCommands) { SingleReader = true });
    private readonly CancellationTokenSource _aborted = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _owed = new(StringComparer.Ordinal);
    private long _lastCollectId;
    private DateTimeOffset _heardAt;

    /// <summary>Name of the node.</summary>
    public string Node { get; } = node;

    /// <summary>Start of its process, Unix milliseconds.</summary>
    public long Epoch { get; } = epoch;

    /// <summary>Version of Loop that it runs.</summary>
    public string Version { get; } = version;

    /// <summary>Why the store ended the link; null while it did not.</summary>
    public string? AbortReason { get; private set; }

    /// <summary>Cancelled when the store ends the link.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>What to send, in order.</summary>
    public ChannelReader<StoreMessage> Outbound => _outbound.Reader;

    /// <summary>Watches that this node owes an answer for.</summary>
    public IReadOnlyList<string> Owed
    {
        get
        {
            lock (_lock)
                return [.. _owed.Keys];
        }
    }

    /// <summary>True while the answer for a watch is owed.</summary>
    public bool Owes(string watchId)
    {
        lock (_lock)
            return _owed.ContainsKey(watchId);
    }

    /// <summary>Queues a message; a node that reads too slowly is disconnected rather than waited for.</summary>
    public void Send(StoreMessage message)
    {
        if (!_outbound.Writer.TryWrite(message))
            Abort("the node does not read what the store sends");
    }

    /// <summary>Asks the node; it owes an answer from now on.</summary>
    public void SendCollect(string watchId, IEnumerable<TraceKey> keys, bool includeOpen = false)
    {
        var collect = new Collect { CollectId = Interlocked.Increment(ref _lastCollectId), WatchId = watchId, IncludeOpen = includeOpen };
        collect.Keys.AddRange(keys.Select(key => key.ToString()));
        lock (_lock)
            _owed[watchId] = time.GetUtcNow();
        Send(new StoreMessage { Collect = collect });
    }

    /// <summary>Something came: the node is alive.</summary>
    public void Heard()
    {
        lock (_lock)
            _heardAt = time.GetUtcNow();
    }

    /// <summary>Something for the watch came: the node is at work on its answer.</summary>
    public void Heard(string watchId)
    {
        lock (_lock)
        {
            _heardAt = time.GetUtcNow();
            if (_owed.ContainsKey(watchId))
                _owed[watchId] = _heardAt;
        }
    }

    /// <summary>The node answered, or need not any more.</summary>
    public void Settle(string watchId)
    {
        lock (_lock)
            _owed.Remove(watchId);
    }

    /// <summary>Watches whose answer is overdue; they are settled by this.</summary>
    public IReadOnlyList<string> TakeOverdue(TimeSpan timeout)
    {
        lock (_lock)
        {
            if (_owed.Count == 0)
                return [];
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset latest = now - (_heardAt > now - timeout ? BusyFactor * timeout : timeout);
            string[] overdue = [.. _owed.Where(pair => pair.Value <= latest).Select(pair => pair.Key)];
            foreach (string watchId in overdue)
                _owed.Remove(watchId);
            return overdue;
        }
    }

    /// <summary>Ends the link from the store's side.</summary>
    public void Abort(string reason)
    {
        AbortReason ??= reason;
        _outbound.Writer.TryComplete();
        try
        {
            _aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The link ended by itself in the same moment.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outbound.Writer.TryComplete();
        _aborted.Dispose();
    }
}
