using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.Samples.Demo.Proxies;
using Loop.Samples.Shop.Traffic;
using Loop.Testing.Envoy;

namespace Loop.Integration.Tests.Harness;

/// <summary>The shop, each service behind a real Envoy that streams to a capture port.</summary>
internal sealed class ShopMesh : IAsyncDisposable
{
    private readonly Owned _owned = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("loop-test-mesh-").FullName;

    private ShopMesh(DemoPorts ports)
    {
        Ports = ports;
        Entry = new Uri($"http://127.0.0.1:{ports.Services["web"].Inbound}");
    }

    public DemoPorts Ports { get; }

    public Uri Entry { get; }

    public static async Task<ShopMesh> Start(int capturePort, CancellationToken cancellationToken)
    {
        var binary = new EnvoyBinary(RequireReal.EnvoyBinary(), "");
        var mesh = new ShopMesh(DemoPorts.Free() with { Capture = capturePort });
        EnvoyProxies proxies = mesh._owned.Add(new EnvoyProxies(binary, mesh.Ports, mesh._directory, TimeProvider.System));
        ShopProcesses processes = mesh._owned.Add(new ShopProcesses(Path.Combine(mesh._directory, "logs"), TimeProvider.System));
        await Task.WhenAll(proxies.StartAsync(cancellationToken), processes.StartBehindProxiesAsync(mesh.Ports, cancellationToken));
        return mesh;
    }

    public async Task<TrafficReport> Send(int count, CancellationToken cancellationToken)
    {
        using var client = new TrafficClient(Entry);
        return await client.SendAsync(count, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _owned.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
