using Loop.Contracts.Api;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>A service behind an Envoy, and the collector of that Envoy, which a test stops, kills or freezes.</summary>
internal sealed class FaultyCollector : IAsyncDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("loop-test-data-").FullName;
    private readonly int _capturePort = FreePorts.Take();
    private ShapedService? _service;
    private RealEnvoy? _envoy;
    private LoopServer? _server;

    public LoopServer Server => _server!;

    public WireClient Client { get; } = new();

    public Uri Proxy => _envoy![ListenerDirection.Inbound];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts it and waits until the collector is used; without an Envoy the test ends here.</summary>
    public static async Task<FaultyCollector> Start()
    {
        _ = RequireReal.EnvoyBinary();
        var rig = new FaultyCollector();
        try
        {
            rig._server = await rig.StartServer();
            rig._service = await ShapedService.Start();
            rig._envoy = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(EnvoyAddress.Loopback(rig._capturePort), rig._service));
            await rig.Used();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the collector again on the same data, and waits until it is used.</summary>
    public async Task Restart()
    {
        await Server.DisposeAsync();
        _server = await StartServer();
        await Used();
    }

    /// <summary>Waits until the Envoy uses the collector.</summary>
    public async Task Used()
    {
        using var api = new LoopApi(Server.Http);
        await api.CollectorIsUsedBy(_envoy!, Cancellation);
    }

    /// <summary>Waits until the Envoy has found out that the collector does not answer.</summary>
    public async Task NotUsed()
    {
        while ((await _envoy!.Admin.Stats("cluster.loop_collector.membership_healthy", Cancellation)).Values.Sum() > 0)
            await Task.Delay(50, Cancellation);
    }

    /// <summary>A failure is kept. An Envoy may give up its old connection only after the health check has passed again: what is on it by then is lost, like what passed before.</summary>
    public async Task AssertStillKeeps()
    {
        using var api = new LoopApi(Server.Http);
        TestTrace trace = await SendUntilListed(api);
        ConversationDetail kept = await api.SealedOf(trace, Cancellation);
        Assert.Equal(500, Assert.Single(kept.Hops).Response!.Status);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { _envoy, _service, _server })
        {
            if (part is not null)
                await part.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    private Task<LoopServer> StartServer() => LoopServer.Start(_data, null, "--capture-listen", $"127.0.0.1:{_capturePort}");

    private async Task<TestTrace> SendUntilListed(LoopApi api)
    {
        const int mostTries = 3;
        for (int tries = 1; ; tries++)
        {
            var trace = TestTrace.New();
            await Client.Get(Proxy, "orders", "/broken", trace, Cancellation);
            try
            {
                await api.ListUntil(list => list.Any(one => one.TraceKey == trace.Key), $"the failure of {trace.Key}", Cancellation, limitSeconds: 15);
                return trace;
            }
            catch (TimeoutException) when (tries < mostTries)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"the failure of {trace.Key} was lost");
            }
        }
    }
}
