using Loop.Contracts.Api;

namespace Loop.Store.Conversations;

/// <summary>Views expected and present over the sealed conversations that this process published.</summary>
public sealed class CoherenceTotals
{
    private const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Expected, int Present)> _byConversation = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _expected;
    private long _present;

    /// <summary>The sums.</summary>
    public (long Expected, long Present) Sums
    {
        get
        {
            lock (_lock)
                return (_expected, _present);
        }
    }

    /// <summary>Replaces what a conversation adds.</summary>
    public void Set(string id, CoherenceReport report)
    {
        lock (_lock)
        {
            Subtract(id);
            if (_byConversation.TryAdd(id, (report.Expected, report.Present)))
                _order.Enqueue(id);
            _expected += report.Expected;
            _present += report.Present;

            // What is forgotten stays in the sums; only a change of so old a conversation would be counted twice.
            while (_order.Count > MaxRemembered)
                _byConversation.Remove(_order.Dequeue());
        }
    }

    /// <summary>Takes a conversation out.</summary>
    public void Forget(string id)
    {
        lock (_lock)
            Subtract(id);
    }

    private void Subtract(string id)
    {
        if (!_byConversation.Remove(id, out (int Expected, int Present) old))
            return;
        _expected -= old.Expected;
        _present -= old.Present;
    }
}
