using System.Net;

namespace Loop.Cli.Proxy;

/// <summary>What <c>loopctl proxy</c> was told.</summary>
public sealed record ProxyOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where it forwards to.</summary>
    public required RouteTable Routes { get; init; }

    /// <summary>Service beside the proxy, <c>x-loop-service</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Side of the service, <c>x-loop-direction</c>.</summary>
    public required ProxyDirection Direction { get; init; }

    /// <summary>Namespace of the service, <c>x-loop-namespace</c>; null sends none.</summary>
    public string? Namespace { get; init; }

    /// <summary>Which copy of the service, <c>x-loop-instance</c>; null lets the capture node tell copies apart by address, so that both proxies of one service count as one.</summary>
    public string? Instance { get; init; }

    /// <summary>The capture node's gRPC listener.</summary>
    public required Uri Collector { get; init; }

    /// <summary>HTTP version spoken to upstreams; null speaks what the caller speaks.</summary>
    public Version? UpstreamVersion { get; init; }

    /// <summary>Longest wait for the head of an upstream's answer; null waits for ever, since a breakpoint may hold it. Past it: 504, flag <c>UT</c>.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>Longest wait for a connection to an upstream; 5 s. Past it: 503, flag <c>UF</c>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Limits towards the collector.</summary>
    public CaptureLimits Limits { get; init; } = new();
}

/// <summary>How much the proxy holds for a collector that is slow; what does not fit is dropped and counted.</summary>
public sealed record CaptureLimits
{
    /// <summary>Bytes of all messages that wait, over the whole process; 32 MiB.</summary>
    public long WaitingBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Side streams open at once; 2048.</summary>
    public int OpenStreams { get; init; } = 2048;

    /// <summary>Access-log entries that wait; 4096.</summary>
    public int WaitingLogEntries { get; init; } = 4096;

    /// <summary>Longest time a message may take to be sent; 2 s. Past it the exchange is given up, so that its bytes are free for later ones.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a side stream stays open for the collector to end it; 2 s, as Envoy's <c>deferred_close_timeout</c> in our configuration.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause after a failed connection before the next one is tried; 1 s.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>At most one report of losses per this time; 10 s.</summary>
    public TimeSpan ReportPause { get; init; } = TimeSpan.FromSeconds(10);
}
