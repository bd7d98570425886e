namespace Loop.EnvoyConfig;

/// <summary>One Envoy process beside one service, as its operator describes it. <see cref="EnvoyConfigGenerator"/> makes the bootstrap of it.</summary>
public sealed record EnvoyProxyConfig
{
    /// <summary>Service beside the proxy; becomes <c>x-loop-service</c>, the node's cluster and part of the log name.</summary>
    public required string Service { get; init; }

    /// <summary>Namespace of the service (<c>x-loop-namespace</c>); null when there is none.</summary>
    public string? Namespace { get; init; }

    /// <summary>Which copy of the service (<c>x-loop-instance</c>); null lets the capture node tell copies apart by address.</summary>
    public string? Instance { get; init; }

    /// <summary>At most one per direction.</summary>
    public IReadOnlyList<ListenerConfig> Listeners { get; init; } = [];

    /// <summary>The capture node's gRPC port. Default: 127.0.0.1:5678.</summary>
    public EnvoyAddress Collector { get; init; } = EnvoyAddress.Loopback(5678);

    /// <summary>How exchanges reach Loop. Default: ext_proc.</summary>
    public CaptureKind Capture { get; init; } = CaptureKind.ExtProc;

    /// <summary>Shows also every attempt of a retried call: an ext_proc filter at the clusters of the outbound and edge listeners. Only with <see cref="CaptureKind.ExtProc"/>. Default: off.</summary>
    public bool CaptureAttempts { get; init; }

    /// <summary>Existing directory for <see cref="CaptureKind.TapFiles"/>; Envoy says nothing when it is missing.</summary>
    public string? TapDirectory { get; init; }

    /// <summary>Bytes of each body that the tap filter keeps. Default: 1 MiB. ext_proc has no such limit.</summary>
    public int TapBodyLimitBytes { get; init; } = 1024 * 1024;

    /// <summary>Sends access logs: timings, flags and who broke off. Default: on.</summary>
    public bool AccessLog { get; init; } = true;

    /// <summary>Starts or continues W3C traces at every listener, which makes the tree of a conversation exact. No tracing back end is needed. Default: on.</summary>
    public bool Tracing { get; init; } = true;

    /// <summary>Port of the admin listener, always on loopback; 0 lets the kernel choose. Default: 0.</summary>
    public int AdminPort { get; init; }
}
