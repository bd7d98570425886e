using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo.Processes;

namespace Loop.Samples.Demo.Proxies;

/// <summary>Real Envoys: one process per service, with an inbound and an outbound listener.</summary>
public sealed class EnvoyProxies(EnvoyBinary binary, DemoPorts ports, string directory, TimeProvider time) : IProxies
{
    private readonly Owned _envoys = new();

    /// <inheritdoc/>
    public string Description => $"real Envoys, {binary.Path} ({binary.Explanation})";

    /// <summary>The configuration of one service's Envoy.</summary>
    public static EnvoyProxyConfig Config(string service, DemoPorts ports) => new()
    {
        Service = service,
        Collector = EnvoyAddress.Loopback(ports.Capture),
        Listeners =
        [
            ListenerConfig.Inbound(EnvoyAddress.Loopback(ports.Services[service].Inbound), service, EnvoyAddress.Loopback(ports.Services[service].Application)),
            ListenerConfig.Outbound(
                EnvoyAddress.Loopback(ports.Services[service].Outbound),
                ports.Services.Where(other => other.Key != service).ToDictionary(other => other.Key, other => EnvoyAddress.Loopback(other.Value.Inbound))),
        ],
    };

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string service in ports.Services.Keys)
        {
            EnvoyStart start = new(binary.Path!, EnvoyConfigGenerator.Bootstrap(Config(service, ports)), Path.Combine(directory, $"envoy-{service}"));
            try
            {
                _envoys.Add(await EnvoyProcess.StartAsync(start, time, cancellationToken));
            }
            catch (EnvoyFailedException failure)
            {
                throw new DemoFailedException($"the Envoy of {service} did not start: {failure.Message}\nLOOP_ENVOY=none does without Envoy.");
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _envoys.DisposeAsync();
}
