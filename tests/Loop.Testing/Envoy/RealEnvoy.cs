using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Xunit;

namespace Loop.Testing.Envoy;

/// <summary>
/// A real Envoy for one test: <c>await using RealEnvoy envoy = await RealEnvoy.StartAsync(config)</c>. Let its listeners have port 0 and read the
/// real ones here. Without an Envoy the test is skipped, or fails when <see cref="RequireReal.Variable"/> is 1.
/// </summary>
public sealed class RealEnvoy : IAsyncDisposable
{
    private readonly EnvoyProcess _process;
    private readonly string _directory;

    private RealEnvoy(EnvoyProcess process, string directory)
    {
        _process = process;
        _directory = directory;
        Admin = new EnvoyAdmin(process.Admin);
    }

    /// <summary>Asks its admin listener.</summary>
    public EnvoyAdmin Admin { get; }

    /// <summary>Address of the admin listener, for those who speak to it themselves.</summary>
    public Uri AdminUri => new($"http://{_process.Admin}/");

    /// <summary>Its last lines, for the message of a failing test.</summary>
    public string Log => _process.Log;

    /// <summary>Its process id, for signals.</summary>
    public int ProcessId => _process.ProcessId;

    /// <summary>True when it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Address of a listener: <c>http://127.0.0.1:port/</c>.</summary>
    public Uri this[ListenerDirection direction] => new($"http://{_process.Listeners[direction.ToString().ToLowerInvariant()]}/");

    /// <summary>Starts an Envoy that the generator configures.</summary>
    public static Task<RealEnvoy> StartAsync(EnvoyProxyConfig config, string logLevel = "warning", int concurrency = 1) =>
        StartAsync(EnvoyConfigGenerator.Bootstrap(config), logLevel, concurrency);

    /// <summary>Starts an Envoy with any bootstrap; its admin listener should have port 0.</summary>
    public static async Task<RealEnvoy> StartAsync(string bootstrap, string logLevel = "warning", int concurrency = 1)
    {
        string binary = RequireReal.EnvoyBinary();
        string directory = Directory.CreateTempSubdirectory("loop-test-envoy-").FullName;
        EnvoyStart start = new(binary, bootstrap, directory, logLevel, concurrency);
        return new RealEnvoy(await EnvoyProcess.StartAsync(start, TimeProvider.System, TestContext.Current.CancellationToken), directory);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        bool endedByItself = _process.HasExited;
        await _process.DisposeAsync();

        // xunit shows a test's output when it failed: Envoy's log is the first thing that one asks for.
        TestContext.Current.TestOutputHelper?.WriteLine($"Envoy{(endedByItself ? " (ended by itself)" : "")}:\n{Log}");
        Directory.Delete(_directory, recursive: true);
    }
}
