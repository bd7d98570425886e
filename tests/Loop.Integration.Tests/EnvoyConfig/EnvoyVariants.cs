using Loop.EnvoyConfig;
using Xunit;

namespace Loop.Integration.Tests.EnvoyConfig;

/// <summary>A proxy of every kind that the generator can make.</summary>
internal static class EnvoyVariants
{
    public static EnvoyProxyConfig Plain { get; } = new()
    {
        Service = "orders",
        Listeners =
        [
            ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", EnvoyAddress.Loopback(9000)),
            ListenerConfig.Outbound(EnvoyAddress.Loopback(0), new Dictionary<string, EnvoyAddress>
            {
                ["payments"] = EnvoyAddress.Loopback(9001),
                ["history.shop.internal"] = new("history.shop.internal", 80),
            }),
        ],
    };

    public static IReadOnlyDictionary<string, EnvoyProxyConfig> All { get; } = new Dictionary<string, EnvoyProxyConfig>
    {
        ["ext_proc"] = Plain,
        ["ext_proc with attempts"] = Plain with { CaptureAttempts = true },
        ["tap files"] = Plain with { Capture = CaptureKind.TapFiles, TapDirectory = "/tmp" },
        ["admin tap"] = Plain with { Capture = CaptureKind.AdminTap },
        ["nothing"] = Plain with { Capture = CaptureKind.None, AccessLog = false, Tracing = false },
        ["no access log"] = Plain with { AccessLog = false },
        ["no tracing"] = Plain with { Tracing = false },
        ["collector by name"] = Plain with { Collector = new EnvoyAddress("loop.loop.svc", 5678) },
        ["namespace and instance"] = Plain with { Namespace = "shop", Instance = "orders-7f9c-x2" },
        ["no listener"] = Plain with { Listeners = [] },
        ["edge"] = Plain with { Listeners = [Edge] },
        ["IPv6"] = Plain with { Collector = new EnvoyAddress("::1", 5678), Listeners = [ListenerConfig.Inbound(new("::1", 0), "orders", new("::1", 9000))] },
    };

    public static TheoryData<string> Names => [.. All.Keys];

    private static ListenerConfig Edge => new()
    {
        Direction = ListenerDirection.Edge,
        Listen = EnvoyAddress.Loopback(0),
        Routes =
        [
            new RouteConfig { Name = "web", Target = EnvoyAddress.Loopback(9000), Timeout = TimeSpan.Zero, Protocol = UpstreamProtocol.SameAsCaller },
            new RouteConfig
            {
                Name = "grpc",
                Authorities = ["grpc.example", "*.grpc.example"],
                Target = EnvoyAddress.Loopback(9001),
                Protocol = UpstreamProtocol.Http2,
                Timeout = TimeSpan.FromMilliseconds(2500),
                Retry = new RetryConfig(3, PerTryTimeout: TimeSpan.FromSeconds(1)),
            },
        ],
    };
}
