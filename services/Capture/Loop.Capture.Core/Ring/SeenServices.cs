using System.Collections.Concurrent;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Ring;

/// <summary>Whose exchanges this node saw: what it can be asked for. Bounded, because the names come from outside.</summary>
internal sealed class SeenServices
{
    private const int Limit = 1_024;
    private readonly ConcurrentDictionary<(string Service, ExchangeView View), string> _seen = new();
    private int _count;

    /// <summary>As <c>service/view</c>, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _seen.Values.Order(StringComparer.Ordinal)];

    public void Add(string? service, ExchangeView view)
    {
        if (service is null || _seen.ContainsKey((service, view)) || Volatile.Read(ref _count) >= Limit)
            return;
        if (_seen.TryAdd((service, view), $"{service}/{view.ToString().ToLowerInvariant()}"))
            Interlocked.Increment(ref _count);
    }
}
