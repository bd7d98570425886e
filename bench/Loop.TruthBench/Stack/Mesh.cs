using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo.Processes;

namespace Loop.TruthBench.Stack;

/// <summary>A real Envoy beside every service, with an inbound and an outbound listener, streaming to Loop.</summary>
internal static class Mesh
{
    private static readonly TimeSpan CollectorLimit = TimeSpan.FromSeconds(60);

    /// <summary>Starts them.</summary>
    /// <param name="owned">Takes them over.</param>
    /// <param name="folder">Where their configurations go.</param>
    /// <param name="services">Service → the port of its application.</param>
    /// <param name="inbound">Service → the port of its proxy for callers.</param>
    /// <param name="outbound">Service → the port of its proxy for its calls.</param>
    /// <param name="capturePort">Where Loop listens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<IReadOnlyList<EnvoyProcess>> Start(
        Owned owned, string folder, IReadOnlyDictionary<string, int> services, IReadOnlyDictionary<string, int> inbound, IReadOnlyDictionary<string, int> outbound, int capturePort, TimeProvider time, CancellationToken cancellationToken)
    {
        EnvoyBinary binary = EnvoyBinary.Find(download: true);
        if (binary.Path is null)
            throw new BenchException($"no Envoy: {binary.Explanation}");
        return await Task.WhenAll(services.Keys.Select(StartOne).ToList());

        async Task<EnvoyProcess> StartOne(string service)
        {
            EnvoyProxyConfig config = new()
            {
                Service = service,
                Collector = EnvoyAddress.Loopback(capturePort),
                Listeners =
                [
                    ListenerConfig.Inbound(EnvoyAddress.Loopback(inbound[service]), service, EnvoyAddress.Loopback(services[service])),
                    ListenerConfig.Outbound(EnvoyAddress.Loopback(outbound[service]), inbound.Where(other => other.Key != service).ToDictionary(other => other.Key, other => EnvoyAddress.Loopback(other.Value))),
                ],
            };
            try
            {
                EnvoyProcess envoy = await EnvoyProcess.StartAsync(new EnvoyStart(binary.Path, EnvoyConfigGenerator.Bootstrap(config), Path.Combine(folder, $"envoy-{service}")), time, cancellationToken);
                lock (owned)
                    owned.Add(envoy);
                return envoy;
            }
            catch (EnvoyFailedException failure)
            {
                throw new BenchException($"the Envoy of {service} did not start: {failure.Message}");
            }
        }
    }

    /// <summary>
    /// Waits until all of them send what they see to Loop. Until its first health check has passed an Envoy does not, and where the machine is so busy that
    /// two checks in a row take too long it does not for a while: the conversations would lack its hops.
    /// </summary>
    public static Task AllCapture(IEnumerable<EnvoyProcess> envoys, TimeProvider time, CancellationToken cancellationToken) =>
        Task.WhenAll(envoys.Select(envoy => UsesCollector(envoy, time, cancellationToken)).ToList());

    private static async Task UsesCollector(EnvoyProcess envoy, TimeProvider time, CancellationToken cancellationToken)
    {
        using EnvoyAdmin admin = new(envoy.Admin);
        long started = time.GetTimestamp();
        while ((await admin.Stats("cluster.loop_collector.membership_healthy", cancellationToken)).Values.Sum() == 0)
        {
            if (time.GetElapsedTime(started) > CollectorLimit)
                throw new BenchException($"an Envoy did not find Loop within {CollectorLimit.TotalSeconds:0} s:\n{envoy.Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }
}
