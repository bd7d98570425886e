namespace Loop.Replayer.Agent.StandIns;

/// <summary>The hops that each live service is serving at this moment, and which of all hops are background. Safe for use from many threads.</summary>
internal sealed class OpenHops
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<string>> _open = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> _ended = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _background = [];
    private readonly Dictionary<string, TaskCompletionSource<bool>> _over = [];

    public void Begin(string service, string hop, bool isBackground)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(service, out List<string>? hops))
                _open[service] = hops = [];
            hops.Add(hop);
            _over[hop] = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (isBackground)
                _background.Add(hop);
        }
    }

    public void End(string service, string hop, bool isOurLimit)
    {
        lock (_gate)
        {
            _open[service].Remove(hop);
            if (_over.Remove(hop, out TaskCompletionSource<bool>? over))
                over.SetResult(isOurLimit);
            if (!_ended.TryGetValue(service, out List<string>? hops))
                _ended[service] = hops = [];
            hops.Add(hop);
        }
    }

    /// <summary>Ends when the hop does; true when only our own limit ended it.</summary>
    public Task<bool> Over(string hop)
    {
        lock (_gate)
            return _over.TryGetValue(hop, out TaskCompletionSource<bool>? over) ? over.Task : Task.FromResult(false);
    }

    /// <summary>The hops that are served now, and those that were served before.</summary>
    public (IReadOnlyList<string> Open, IReadOnlyList<string> Ended) Of(string service)
    {
        lock (_gate)
            return (_open.TryGetValue(service, out List<string>? hops) ? [.. hops] : [], _ended.TryGetValue(service, out List<string>? ended) ? [.. ended] : []);
    }

    /// <summary>True for a call that belongs to no drive: made under a background hop, or while its service served nothing.</summary>
    public bool IsBackground(string service, string? callerHop)
    {
        lock (_gate)
        {
            if (callerHop is not null)
                return _background.Contains(callerHop);
            return !_open.TryGetValue(service, out List<string>? hops) || hops.TrueForAll(_background.Contains);
        }
    }
}
