using System.Diagnostics;
using System.Globalization;
using Loop.Contracts.Api;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;

namespace Loop.Integration.Tests.Replaying;

/// <summary>
/// web → orders → prices, each behind an Envoy; that of web waits 4 s for orders, and tries once more after a status of 500 or more. Everything but the recording is
/// gone when <see cref="Keep"/> returns.
/// </summary>
internal sealed class PatientMesh : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-patient-").FullName;
    private readonly List<Process> _services = [];

    /// <summary>The sealed conversation of a request to web.</summary>
    public static async Task<ConversationDetail> Keep(LoopServer server, string path, CancellationToken cancellationToken)
    {
        using PatientMesh shop = new();
        await using ShapedService prices = await ShapedService.Start(context => context.Response.WriteAsJsonAsync(new { price = 12.5 }));
        EnvoyAddress collector = EnvoyAddress.Loopback(server.Capture!.Port);
        int ordersPort = FreePorts.Take();
        int webPort = FreePorts.Take();
        await using RealEnvoy orders = await RealEnvoy.StartAsync(Proxy("orders", collector, ordersPort, new RouteConfig { Name = "prices", Target = prices.Http1, Timeout = TimeSpan.Zero }));
        await using RealEnvoy web = await RealEnvoy.StartAsync(Proxy("web", collector, webPort, new RouteConfig
        {
            Name = "orders",
            Target = EnvoyAddress.Loopback(orders[ListenerDirection.Inbound].Port),
            Timeout = TimeSpan.FromSeconds(4),
            Retry = new RetryConfig(1, "5xx"),
        }));
        shop.Start("orders", ordersPort, orders[ListenerDirection.Outbound], "prices");
        shop.Start("web", webPort, web[ListenerDirection.Outbound], "orders");
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(orders, cancellationToken);
        await api.CollectorIsUsedBy(web, cancellationToken);
        while ((int)(await client.Get(web[ListenerDirection.Inbound], "web", "/ready", TestTrace.New(), cancellationToken)).Status != 200)
            await Task.Delay(50, cancellationToken);
        var trace = TestTrace.New();
        await client.Get(web[ListenerDirection.Inbound], "web", path, trace, cancellationToken);
        return await api.SealedOf(trace, cancellationToken);
    }

    /// <summary>A sandbox file.</summary>
    public string File(string build, string live = "web, orders")
    {
        string path = Path.Combine(_folder, $"{build}.yaml");
        string text = "version: 1\nservices:\n";
        foreach ((string service, string peer) in new[] { ("web", "orders"), ("orders", "prices") }.Where(one => live.Contains(one.Item1)))
            text += $"  {service}:\n    command: [\"{TokenMesh.Program}\", patient, {service}, \"8080\", {build}]\n    environment: {{ PEER: \"http://{peer}\", PEER_HOST: {peer} }}\n    port: 8080\n    state: none\n    build: {{ git: {build} }}\n";
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        foreach (Process service in _services)
        {
            service.Kill();
            service.WaitForExit();
            service.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Start(string role, int port, Uri peer, string host)
    {
        ProcessStartInfo start = new(TokenMesh.Program, ["patient", role, port.ToString(CultureInfo.InvariantCulture), "buggy"]);
        start.Environment["PEER"] = peer.GetLeftPart(UriPartial.Authority);
        start.Environment["PEER_HOST"] = host;
        _services.Add(Process.Start(start)!);
    }

    private static EnvoyProxyConfig Proxy(string service, EnvoyAddress collector, int port, RouteConfig callee) => new()
    {
        Service = service,
        Collector = collector,
        Listeners =
        [
            new ListenerConfig { Direction = ListenerDirection.Inbound, Listen = EnvoyAddress.Loopback(0), Routes = [new RouteConfig { Name = service, Target = EnvoyAddress.Loopback(port), Timeout = TimeSpan.Zero }] },
            new ListenerConfig { Direction = ListenerDirection.Outbound, Listen = EnvoyAddress.Loopback(0), Routes = [callee] },
        ],
    };
}
