namespace Loop.EnvoyConfig;

/// <summary>One port of a proxy with its routes. It takes HTTP/1.1 and cleartext HTTP/2 on the same port.</summary>
public sealed record ListenerConfig
{
    /// <summary>On which side of the service it stands.</summary>
    public required ListenerDirection Direction { get; init; }

    /// <summary>Where it listens.</summary>
    public required EnvoyAddress Listen { get; init; }

    /// <summary>By authority; a request that takes none is answered 404 by the proxy.</summary>
    public required IReadOnlyList<RouteConfig> Routes { get; init; }

    /// <summary>In front of a service: everything goes to its port.</summary>
    public static ListenerConfig Inbound(EnvoyAddress listen, string service, EnvoyAddress application) =>
        new() { Direction = ListenerDirection.Inbound, Listen = listen, Routes = [new RouteConfig { Name = service, Target = application }] };

    /// <summary>Behind a service: each authority to the service of that name.</summary>
    public static ListenerConfig Outbound(EnvoyAddress listen, IEnumerable<KeyValuePair<string, EnvoyAddress>> services) => new()
    {
        Direction = ListenerDirection.Outbound,
        Listen = listen,
        Routes = [.. services.Select(service => new RouteConfig { Name = service.Key, Authorities = [service.Key], Target = service.Value })],
    };

    /// <summary>The listener's name and the middle of its log name: <c>inbound</c>, <c>outbound</c>, <c>edge</c>.</summary>
    public string Name => Direction.ToString().ToLowerInvariant();
}
