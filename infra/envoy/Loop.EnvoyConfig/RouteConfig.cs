namespace Loop.EnvoyConfig;

/// <summary>Where requests for some authorities go.</summary>
public sealed record RouteConfig
{
    /// <summary>Name of the route and of its cluster: the service that is called. Unique within the proxy.</summary>
    public required string Name { get; init; }

    /// <summary>The authorities (<c>Host</c> headers, ports ignored) that take this route; <c>*</c> takes all others. Default: <c>*</c>.</summary>
    public IReadOnlyList<string> Authorities { get; init; } = ["*"];

    /// <summary>Where the service, or the proxy in front of it, listens.</summary>
    public required EnvoyAddress Target { get; init; }

    /// <summary>What is spoken to it. Default: HTTP/1.1.</summary>
    public UpstreamProtocol Protocol { get; init; } = UpstreamProtocol.Http1;

    /// <summary>Limit for the whole call, retries included; <see cref="TimeSpan.Zero"/> means none. Default: 15 s, as Envoy's own.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>When to try again; null means never. Default: null.</summary>
    public RetryConfig? Retry { get; init; }
}

/// <summary>When a proxy tries a call again.</summary>
/// <param name="Attempts">Tries after the first one, 1–10.</param>
/// <param name="On">Envoy's conditions, separated by commas. Default: <c>5xx,reset,connect-failure</c>.</param>
/// <param name="PerTryTimeout">Limit for each try; null means only the route's.</param>
public sealed record RetryConfig(int Attempts, string On = "5xx,reset,connect-failure", TimeSpan? PerTryTimeout = null);
