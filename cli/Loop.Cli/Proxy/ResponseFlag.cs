namespace Loop.Cli.Proxy;

/// <summary>Envoy's response flags that this proxy can raise; the values are the bits of its attribute <c>response.flags</c>.</summary>
[Flags]
public enum ResponseFlag
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>UT: no answer in time.</summary>
    UpstreamRequestTimeout = 1 << 2,

    /// <summary>UR: the upstream reset the stream.</summary>
    UpstreamRemoteReset = 1 << 4,

    /// <summary>UF: no connection.</summary>
    UpstreamConnectionFailure = 1 << 5,

    /// <summary>UC: the connection was closed under the request.</summary>
    UpstreamConnectionTermination = 1 << 6,

    /// <summary>NR: nothing to forward to.</summary>
    NoRouteFound = 1 << 8,

    /// <summary>DC: the client gave up.</summary>
    DownstreamConnectionTermination = 1 << 14,

    /// <summary>UPE: what the upstream sent is no HTTP.</summary>
    UpstreamProtocolError = 1 << 23,
}
