namespace Loop.Store.Core.Conversations;

/// <summary>
/// When to seal: no node owes an answer, none reports an open exchange, and it has been quiet; or the time limit. Holds what is true of this process only
/// (open counts, unanswered questions); one owner, the clock comes with each call.
/// </summary>
public sealed class CollectionProgress
{
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);

    private readonly CollectionTimes _times;
    private readonly DateTimeOffset _keptAt;
    private readonly Dictionary<string, DateTimeOffset?> _unanswered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private DateTimeOffset _lastNewsAt;
    private DateTimeOffset _notBefore;
    private bool _someNeverCameBack;

    /// <summary>The collection of a conversation that was kept at <paramref name="keptAt"/>.</summary>
    public CollectionProgress(CollectionTimes times, DateTimeOffset keptAt)
    {
        _times = times;
        _keptAt = keptAt;
        _lastNewsAt = keptAt;
    }

    /// <summary>Exchanges that nodes reported as open.</summary>
    public int StillOpen => _open.Values.Sum();

    /// <summary>True while a node that was asked has not answered.</summary>
    public bool IsAnswerOwed => _unanswered.Count > 0;

    /// <summary>True while <paramref name="node"/> owes something: an answer, or the end of an exchange.</summary>
    public bool Owes(string node) => _unanswered.ContainsKey(node) || _open.ContainsKey(node);

    /// <summary>True while <paramref name="node"/> owes an answer.</summary>
    public bool OwesAnswer(string node) => _unanswered.ContainsKey(node);

    /// <summary>These nodes were asked; each answers or is lost.</summary>
    public void Asked(IEnumerable<string> nodes)
    {
        foreach (string node in nodes)
            _unanswered[node] = null;
    }

    /// <summary>The store restarted: these nodes spoke before and are expected back. Others may have been about to speak: they get the same time.</summary>
    public void Resumed(IEnumerable<string> nodes, DateTimeOffset now)
    {
        _lastNewsAt = now;
        _notBefore = now + _times.ReconnectGrace;
        foreach (string node in nodes)
            _unanswered.TryAdd(node, now + _times.ReconnectGrace);
    }

    /// <summary>Something arrived.</summary>
    public void Arrived(DateTimeOffset now) => _lastNewsAt = now;

    /// <summary>A node answered.</summary>
    public void Answered(string node, int open, DateTimeOffset now)
    {
        _unanswered.Remove(node);
        OpenChanged(node, open, now);
    }

    /// <summary>The open count of a node changed.</summary>
    public void OpenChanged(string node, int open, DateTimeOffset now)
    {
        if (_open.GetValueOrDefault(node) != open)
            _lastNewsAt = now;
        if (open > 0)
            _open[node] = open;
        else
            _open.Remove(node);
    }

    /// <summary>A node is gone, with whatever it owed.</summary>
    public void Lost(string node)
    {
        _unanswered.Remove(node);
        _open.Remove(node);
    }

    /// <summary>A node does not answer now; what it said of open exchanges stands.</summary>
    public void Silent(string node) => _unanswered.Remove(node);

    /// <summary>Nothing more is expected of anyone: a cap is reached and the watch is ended.</summary>
    public void StopWaiting()
    {
        _unanswered.Clear();
        _open.Clear();
    }

    /// <summary>Nodes that did not come back in time; they are lost now.</summary>
    public IReadOnlyList<string> GiveUp(DateTimeOffset now)
    {
        string[] expired = [.. _unanswered.Where(pair => pair.Value <= now).Select(pair => pair.Key)];
        foreach (string node in expired)
            Lost(node);
        _someNeverCameBack |= expired.Length > 0;
        return expired;
    }

    /// <summary>The reason to seal now; null when it is too early.</summary>
    public string? ReasonToSeal(DateTimeOffset now)
    {
        if (now < _notBefore || _unanswered.Values.Any(deadline => deadline > now))
            return null;
        bool isQuiet = _unanswered.Count == 0 && _open.Count == 0 && now >= _lastNewsAt + _times.Quiet;
        if (!isQuiet && now < _keptAt + _times.Limit)
            return null;
        return _someNeverCameBack ? "store restarted" : isQuiet ? "quiet" : "time limit";
    }

    /// <summary>How long until it is worth asking again, if nothing happens until then.</summary>
    public TimeSpan NextCheck(DateTimeOffset now)
    {
        bool isAnythingOwed = _unanswered.Count > 0 || _open.Count > 0;
        DateTimeOffset next = isAnythingOwed ? _keptAt + _times.Limit : Earlier(_keptAt + _times.Limit, _lastNewsAt + _times.Quiet);
        if (next < _notBefore)
            next = _notBefore;
        foreach (DateTimeOffset? deadline in _unanswered.Values)
        {
            // A seal waits for every node that is expected back, so the first deadline comes first, and a limit that has passed does not spin.
            if (deadline is { } expected && (expected < next || next <= now))
                next = expected;
        }

        TimeSpan wait = next - now;
        return wait > MinWait ? wait : MinWait;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
