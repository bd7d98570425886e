using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;

namespace Loop.LoadLab.EnvoyLoad;

/// <summary>A running Envoy with one kind of capture, in front of the upstream.</summary>
internal sealed class EnvoyVariant(string name, EnvoyProcess envoy) : IAsyncDisposable
{
    public string Name => name;

    public int ProcessId => envoy.ProcessId;

    public int Port => envoy.Listeners["inbound"].Port;

    /// <summary>Starts one with the configuration that Loop's generator makes; nothing is tuned for the measurement.</summary>
    public static async Task<EnvoyVariant> Start(string binary, string name, CaptureKind capture, VariantPlaces places, TimeProvider time, CancellationToken cancellationToken)
    {
        var config = new EnvoyProxyConfig
        {
            Service = "orders",
            Capture = capture,
            AccessLog = capture is not CaptureKind.None,
            Collector = EnvoyAddress.Loopback(places.CapturePort),
            TapDirectory = capture is CaptureKind.TapFiles ? places.TapDirectory : null,
            AdminPort = capture is CaptureKind.AdminTap ? places.AdminPort : 0,
            Listeners = [ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", EnvoyAddress.Loopback(places.UpstreamPort))],
        };
        string bootstrap = EnvoyConfigGenerator.Bootstrap(config);
        if (name == EnvoyTable.Mirror)
            bootstrap = Mirrored(bootstrap, places.MirrorPort);
        var start = new EnvoyStart(binary, bootstrap, Path.Combine(places.Directory, $"envoy-{name.Replace(' ', '-')}"));
        return new EnvoyVariant(name, await EnvoyProcess.StartAsync(start, time, cancellationToken));
    }

    public ValueTask DisposeAsync() => envoy.DisposeAsync();

    // Loop captures nothing this way, and its generator does not write it: what others do is measured beside it.
    private static string Mirrored(string bootstrap, int port)
    {
        const string route = "cluster: \"inbound|orders\"\n", clusters = "  clusters:\n";
        int at = bootstrap.IndexOf(route, StringComparison.Ordinal);
        string indent = new(' ', at - bootstrap.LastIndexOf('\n', at) - 1);
        return bootstrap.Insert(at + route.Length, $"{indent}request_mirror_policies: [{{cluster: mirror}}]\n").Replace(
            clusters,
            $"{clusters}  - name: mirror\n    type: STATIC\n    load_assignment: {{cluster_name: mirror, endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: \"127.0.0.1\", port_value: {port}}}}}}}}}]}}]}}\n",
            StringComparison.Ordinal);
    }
}

/// <summary>Where a variant finds the others.</summary>
internal sealed record VariantPlaces(string Directory, int UpstreamPort, int CapturePort, string TapDirectory, int AdminPort, int MirrorPort);
