using System.Collections.Concurrent;
using System.Numerics;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Networks;

/// <summary>Counts what the sandbox did not carry. Bounded: a service that tries a million addresses is told of under one name.</summary>
internal sealed class RefusedTraffic(Action<SandboxObservation> observe)
{
    private const int KeyLimit = 1024;
    private readonly ConcurrentDictionary<(string Caller, string Kind, string Target), long> _counts = new();

    public void Add(string caller, string kind, string target)
    {
        (string, string, string) key = (caller, kind, target);
        if (_counts.Count >= KeyLimit && !_counts.ContainsKey(key))
            key = (caller, kind, "(others)");
        long count = _counts.AddOrUpdate(key, 1, static (_, before) => before + 1);
        if (BitOperations.IsPow2(count))
            observe(new TrafficRefused(caller, kind, key.Item3, count));
    }

    /// <summary>Tells the final counts of what was not told yet.</summary>
    public void TellRest()
    {
        foreach (((string caller, string kind, string target), long count) in _counts)
        {
            if (!BitOperations.IsPow2(count))
                observe(new TrafficRefused(caller, kind, target, count));
        }
    }
}
