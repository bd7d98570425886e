using Loop.Integration.Tests.Harness;
using Loop.EnvoyConfig;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.Samples.Demo.Proxies;
using Loop.Testing.Envoy;

namespace Loop.Integration.Tests.Spine.Storm;

/// <summary>The shop behind real Envoys with two workers each: parallel requests meet on different connections to the capture port.</summary>
internal sealed class StormMesh : IAsyncDisposable
{
    private const int Workers = 2;

    private readonly Owned _owned = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("loop-test-storm-").FullName;

    private StormMesh(DemoPorts ports) => Entry = new Uri($"http://127.0.0.1:{ports.Services["web"].Inbound}");

    public Uri Entry { get; }

    public static async Task<StormMesh> Start(LoopServer server, bool tracing, CancellationToken cancellationToken)
    {
        DemoPorts ports = DemoPorts.Free() with { Capture = server.Capture!.Port };
        var mesh = new StormMesh(ports);
        ShopProcesses shop = mesh._owned.Add(new ShopProcesses(Path.Combine(mesh._directory, "logs"), TimeProvider.System));
        Task applications = shop.StartBehindProxiesAsync(ports, cancellationToken);
        using var api = new LoopApi(server.Http);
        foreach (string service in ports.Services.Keys)
        {
            RealEnvoy envoy = mesh._owned.Add(await RealEnvoy.StartAsync(EnvoyProxies.Config(service, ports) with { Tracing = tracing }, concurrency: Workers));
            await api.CollectorIsUsedBy(envoy, cancellationToken);
        }

        await applications;
        return mesh;
    }

    public async ValueTask DisposeAsync()
    {
        await _owned.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
