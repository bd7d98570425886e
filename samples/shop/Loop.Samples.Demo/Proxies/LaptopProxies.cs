using Loop.Samples.Demo.Processes;

namespace Loop.Samples.Demo.Proxies;

/// <summary>Loop's own small proxy, for machines without an Envoy: two processes per service.</summary>
public sealed class LaptopProxies(string loopctl, string why, DemoPorts ports, string logDirectory, TimeProvider time) : IProxies
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Owned _proxies = new();

    /// <inheritdoc/>
    public string Description => $"Loop's laptop proxies, because there is no Envoy ({why})";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        List<Task> ready = [];
        foreach ((string service, ServicePorts own) in ports.Services)
        {
            ready.Add(Start(service, "inbound", own.Inbound, ["--to", $"http://127.0.0.1:{own.Application}"], cancellationToken));
            string[] routes = [.. ports.Services.Where(other => other.Key != service).SelectMany(other => new[] { "--route", $"{other.Key}=http://127.0.0.1:{other.Value.Inbound}" })];
            ready.Add(Start(service, "outbound", own.Outbound, routes, cancellationToken));
        }

        await Task.WhenAll(ready);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _proxies.DisposeAsync();

    private Task Start(string service, string direction, int port, string[] targets, CancellationToken cancellationToken)
    {
        string[] arguments =
            ["proxy", "--listen", $"127.0.0.1:{port}", "--service", service, "--direction", direction, "--collector", $"http://127.0.0.1:{ports.Capture}", .. targets];
        ChildProcess proxy = _proxies.Add(ChildProcess.Start($"proxy-{service}-{direction}", loopctl, arguments, logDirectory, time));
        return proxy.WaitForPortAsync(port, StartLimit, cancellationToken);
    }
}
