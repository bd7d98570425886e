namespace Loop.Cli.Proxy;

/// <summary>Which side of its service the proxy stands on.</summary>
public enum ProxyDirection
{
    /// <summary>In front of the service: what it receives.</summary>
    Inbound,

    /// <summary>Behind the service: what it sends to others.</summary>
    Outbound,

    /// <summary>A gateway: both the entry and the caller of the first service.</summary>
    Edge,
}
