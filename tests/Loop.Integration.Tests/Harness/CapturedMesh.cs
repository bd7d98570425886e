using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>
/// One <c>loopd</c> and two Envoys: a caller "web" (outbound and edge listener) and a callee "orders" (inbound listener) in front of <see cref="ShapedService"/>.
/// Hosts name the way: <c>orders</c> HTTP/1.1, <c>orders-h2</c> HTTP/2 to the end, <c>hurried</c> with a time limit of 300 ms, <c>retried</c> with two retries.
/// </summary>
public sealed class CapturedMesh : IAsyncLifetime
{
    private LoopServer? _server;
    private LoopApi? _api;
    private ShapedService? _service;
    private RealEnvoy? _web;
    private RealEnvoy? _orders;

    internal LoopServer Server => Running(_server);

    internal LoopApi Api => Running(_api);

    internal ShapedService Service => Running(_service);

    internal WireClient Client { get; } = new();

    internal RealEnvoy Web => Running(_web);

    internal RealEnvoy Orders => Running(_orders);

    internal Uri Outbound => Web[ListenerDirection.Outbound];

    internal Uri Edge => Web[ListenerDirection.Edge];

    internal Uri Inbound => Orders[ListenerDirection.Inbound];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // A fixture cannot skip: whoever asks for a part of it does.
        if (EnvoyBinary.Find().Path is null)
            return;
        // Envoy may report an exchange long after its client had the answer.
        _server = await LoopServer.Start(environment: new Dictionary<string, string> { ["Loop__Store__Conversations__KeepGrace"] = "00:00:05" });
        _api = new LoopApi(Server.Http);
        _service = await ShapedService.Start();
        EnvoyAddress collector = EnvoyAddress.Loopback(Server.Capture!.Port);
        _orders = await RealEnvoy.StartAsync(InboundProxy(collector, _service));
        _web = await RealEnvoy.StartAsync(OutboundProxy(collector, EnvoyAddress.Loopback(Inbound.Port)));
        await Api.CollectorIsUsedBy(Orders, Cancellation);
        await Api.CollectorIsUsedBy(Web, Cancellation);
    }

    internal static EnvoyProxyConfig InboundProxy(EnvoyAddress collector, ShapedService service) => new()
    {
        Service = "orders",
        Collector = collector,
        Listeners =
        [
            new ListenerConfig
            {
                Direction = ListenerDirection.Inbound,
                Listen = EnvoyAddress.Loopback(0),
                Routes =
                [
                    new RouteConfig { Name = "app-h2", Authorities = ["orders-h2"], Target = service.Http2, Protocol = UpstreamProtocol.Http2, Timeout = TimeSpan.Zero },
                    new RouteConfig { Name = "app", Target = service.Http1, Timeout = TimeSpan.Zero },
                ],
            },
        ],
    };

    internal static EnvoyProxyConfig OutboundProxy(EnvoyAddress collector, EnvoyAddress orders) => new()
    {
        Service = "web",
        Collector = collector,
        Listeners =
        [
            new ListenerConfig
            {
                Direction = ListenerDirection.Outbound,
                Listen = EnvoyAddress.Loopback(0),
                Routes =
                [
                    new RouteConfig { Name = "orders", Target = orders, Timeout = TimeSpan.Zero },
                    new RouteConfig { Name = "orders-h2", Authorities = ["orders-h2"], Target = orders, Protocol = UpstreamProtocol.Http2, Timeout = TimeSpan.Zero },
                    new RouteConfig { Name = "hurried", Authorities = ["hurried"], Target = orders, Timeout = TimeSpan.FromMilliseconds(300) },
                    new RouteConfig { Name = "retried", Authorities = ["retried"], Target = orders, Retry = new RetryConfig(2) },
                ],
            },
            new ListenerConfig
            {
                Direction = ListenerDirection.Edge,
                Listen = EnvoyAddress.Loopback(0),
                Routes = [new RouteConfig { Name = "orders", Target = orders }],
            },
        ],
    };

    /// <summary>Waits until what was sent before has certainly been judged: a failing request sent now is kept and sealed.</summary>
    internal async Task Settle()
    {
        var last = TestTrace.New();
        await Client.Get(Outbound, "orders", "/broken", last, Cancellation);
        await Api.SealedOf(last, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _api?.Dispose();
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { _web, _orders, _service, _server })
        {
            if (part is not null)
                await part.DisposeAsync();
        }
    }

    private static T Running<T>(T? part)
        where T : class
    {
        if (part is null)
            _ = RequireReal.EnvoyBinary();
        return part!;
    }
}
