namespace Loop.Cli.Proxy;

/// <summary>A service that the proxy forwards to.</summary>
/// <param name="Name">Its name, which is also the authority that selects it.</param>
/// <param name="Url">Base address, without a trailing slash.</param>
public sealed record ProxyRoute(string Name, Uri Url)
{
    /// <summary>Scheme and authority.</summary>
    public string Prefix { get; } = Url.GetLeftPart(UriPartial.Authority);
}

/// <summary>Chooses a route by the request's authority.</summary>
/// <param name="named">Chosen when the authority, with or without its port, is their name.</param>
/// <param name="fallback">Chosen otherwise; null answers 404 (flag <c>NR</c>).</param>
public sealed class RouteTable(IReadOnlyList<ProxyRoute> named, ProxyRoute? fallback)
{
    private readonly Dictionary<string, ProxyRoute> _named = named.ToDictionary(route => route.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The route for <c>host</c> or <c>host:port</c>.</summary>
    public ProxyRoute? Find(string authority, string host) =>
        _named.GetValueOrDefault(authority) ?? _named.GetValueOrDefault(host) ?? fallback;
}
