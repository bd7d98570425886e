using System.Collections.Concurrent;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>Tells once for each service which dependencies it dialled. Commands that make state dial them too, by the same addresses, before any service runs.</summary>
internal sealed class DependencyReach(Action<SandboxObservation> observe)
{
    private readonly ConcurrentDictionary<(string Service, string Dependency), bool> _told = new();
    private volatile bool _hasBegun;

    /// <summary>From here on services run.</summary>
    public void Begin() => _hasBegun = true;

    public void Note(string service, string dependency)
    {
        if (_hasBegun && _told.TryAdd((service, dependency), true))
            observe(new DependencyReached(service, dependency));
    }
}
