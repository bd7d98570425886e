namespace Loop.Store.Core.Packs;

/// <summary>Which segments this process wrote, so that a sweep never takes one whose event is on its way. Remembers the last 65,536 owners.</summary>
internal sealed class RecentOwners
{
    private const int MaxOwners = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _firstSegments = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Notes that <paramref name="segment"/> is being written.</summary>
    public void Note(string owner, int segment)
    {
        lock (_lock)
        {
            if (!_firstSegments.TryAdd(owner, segment))
                return;
            _order.Enqueue(owner);
            if (_order.Count > MaxOwners)
                _firstSegments.Remove(_order.Dequeue());
        }
    }

    /// <summary>The first segment that this process wrote for the owner; null when none.</summary>
    public int? FirstSegment(string owner)
    {
        lock (_lock)
            return _firstSegments.TryGetValue(owner, out int segment) ? segment : null;
    }
}
