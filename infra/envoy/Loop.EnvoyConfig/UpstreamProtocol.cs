namespace Loop.EnvoyConfig;

/// <summary>What a proxy speaks to the service behind a route.</summary>
public enum UpstreamProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>Cleartext HTTP/2, which gRPC needs.</summary>
    Http2,

    /// <summary>Whatever the caller spoke.</summary>
    SameAsCaller,
}
