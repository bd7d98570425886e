using Loop.Samples.Demo.Processes;

namespace Loop.Samples.Demo;

/// <summary>The shop's programs: four behind proxies, or all in one process as a copy to replay against.</summary>
public sealed class ShopProcesses(string logDirectory, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    /// <summary>The shop's executable.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "loop-shop.exe" : "loop-shop");
    private readonly Owned _processes = new();

    /// <summary>Four processes that call each other through their outbound proxies.</summary>
    public async Task StartBehindProxiesAsync(DemoPorts ports, CancellationToken cancellationToken) =>
        await Task.WhenAll(ports.Services.Select(service => Start(
            service.Key,
            ["--service", $"{service.Key}=127.0.0.1:{service.Value.Application}", "--outbound", $"127.0.0.1:{service.Value.Outbound}"],
            service.Value.Application,
            cancellationToken)).ToList());

    /// <summary>A copy whose services call each other directly: nothing of it is recorded.</summary>
    public Task StartCopyAsync(IReadOnlyDictionary<string, int> ports, bool isFixed, CancellationToken cancellationToken)
    {
        IEnumerable<string> services = ports.SelectMany(service => new[] { "--service", $"{service.Key}=127.0.0.1:{service.Value}" });
        return Start(isFixed ? "copy-fixed" : "copy", isFixed ? [.. services, "--fixed"] : [.. services], ports.Values.Last(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _processes.DisposeAsync();

    private Task Start(string name, IEnumerable<string> arguments, int port, CancellationToken cancellationToken) =>
        _processes.Add(ChildProcess.Start($"shop-{name}", Program, arguments, logDirectory, time)).WaitForPortAsync(port, StartLimit, cancellationToken);
}
