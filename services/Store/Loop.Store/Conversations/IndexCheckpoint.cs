namespace Loop.Store.Conversations;

/// <summary>
/// Up to which position the index includes every event, while many grains append and publish side by side. A position counts only when every append
/// that may have a lower one is published; a publication that failed holds it back, so that the next start repeats it.
/// </summary>
public sealed class IndexCheckpoint
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, long> _underWay = [];
    private long _lastTicket;
    private long _highest;

    /// <summary>Everything up to here is in the index.</summary>
    public long Position
    {
        get
        {
            lock (_lock)
                return _underWay.Count == 0 ? _highest : _underWay.Values.Min();
        }
    }

    /// <summary>The index was caught up to here at start.</summary>
    public void StartAt(long position)
    {
        lock (_lock)
            _highest = Math.Max(_highest, position);
    }

    /// <summary>Before an append. Its position will be above everything that is known now.</summary>
    public long Begin()
    {
        lock (_lock)
        {
            _underWay[++_lastTicket] = _highest;
            return _lastTicket;
        }
    }

    /// <summary>The append was published, or (<paramref name="position"/> 0) never happened.</summary>
    public void Complete(long ticket, long position)
    {
        lock (_lock)
        {
            _underWay.Remove(ticket);
            _highest = Math.Max(_highest, position);
        }
    }
}
