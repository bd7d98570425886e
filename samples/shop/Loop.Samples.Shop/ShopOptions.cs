namespace Loop.Samples.Shop;

/// <summary>Which services run in this process and how they reach the others.</summary>
public sealed record ShopOptions
{
    /// <summary>Service → where it listens, in this process.</summary>
    public required IReadOnlyDictionary<string, string> Services { get; init; }

    /// <summary>Service → where it listens, wherever that is. Not asked when there is an outbound proxy.</summary>
    public required IReadOnlyDictionary<string, string> Peers { get; init; }

    /// <summary>The outbound proxy; null calls the peers directly.</summary>
    public string? Outbound { get; init; }

    /// <summary>True runs the code without the bugs.</summary>
    public bool Fixed { get; init; }

    /// <summary>Reads <c>NAME=HOST:PORT</c> items.</summary>
    /// <exception cref="FormatException">An item has another form.</exception>
    public static ShopOptions Parse(IEnumerable<string> services, IEnumerable<string> peers, string? outbound, bool isFixed)
    {
        Dictionary<string, string> own = Addresses(services);
        Dictionary<string, string> known = new(own);
        foreach ((string name, string address) in Addresses(peers))
            known[name] = address;
        return new ShopOptions { Services = own, Peers = known, Outbound = outbound, Fixed = isFixed };
    }

    /// <summary>Where calls to a service go. Behind a proxy that is always the proxy: the Host header says who is meant.</summary>
    public Uri AddressOf(string service)
    {
        if (Outbound is not null)
            return new Uri($"http://{Outbound}");
        return Peers.TryGetValue(service, out string? address)
            ? new Uri($"http://{address}")
            : throw new InvalidOperationException($"Nobody said where '{service}' is: add --peer {service}=HOST:PORT or --outbound HOST:PORT.");
    }

    private static Dictionary<string, string> Addresses(IEnumerable<string> items) => items
        .Select(item => item.Split('=', 2) is [var name, var address] ? (name, address) : throw new FormatException($"'{item}' is not NAME=HOST:PORT"))
        .ToDictionary(item => item.name, item => item.address);
}
