using System.Globalization;
using Loop.Contracts.Api;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Whatever happens to the collector, production goes on. Alone on the machine, as far as tests can be: times are compared here.</summary>
[Collection("alone")]
public sealed class CollectorFaultsTests : IAsyncLifetime
{
    private const int Few = 100;
    private static readonly TimeSpan Brisk = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(70);
    private readonly string _data = Directory.CreateTempSubdirectory("loop-test-data-").FullName;
    private readonly int _capturePort = FreePorts.Take();
    private readonly WireClient _client = new();
    private LoopServer _server = null!;
    private ShapedService _service = null!;
    private RealEnvoy _envoy = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Proxy => _envoy[ListenerDirection.Inbound];

    public async ValueTask InitializeAsync()
    {
        if (EnvoyBinary.Find().Path is null)
            return;
        _server = await StartServer();
        _service = await ShapedService.Start();
        _envoy = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(EnvoyAddress.Loopback(_capturePort), _service));
        await Used();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { _envoy, _service, _server })
        {
            if (part is not null)
                await part.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Collector_StoppedKilledFrozenAndBack_NoRequestFails()
    {
        _ = RequireReal.EnvoyBinary();
        await using var load = new SteadyLoad(Proxy, Calm);

        await load.MedianOfNext(Few, Cancellation);
        Assert.Equal(0, await _server.Stop());
        await load.MedianOfNext(Few, Cancellation);
        await Restart();
        await load.MedianOfNext(Few, Cancellation);
        await _server.Kill();
        await load.MedianOfNext(Few, Cancellation);
        await Restart();
        _server.Freeze();
        await NotUsed();
        await load.MedianOfNext(Few, Cancellation);
        _server.Thaw();
        await Used();
        await load.MedianOfNext(Few, Cancellation);
        await load.Stop();

        Assert.Empty(load.Failures);
        Assert.True(load.Count >= 6 * Few);
        await AssertStillKeeps();
        Assert.Empty(_server.Errors);
    }

    [Fact]
    public async Task Collector_Frozen_SmallRequestsAreNotSlower()
    {
        _ = RequireReal.EnvoyBinary();
        await using var load = new SteadyLoad(Proxy, Brisk);

        double before = await load.MedianOfNext(2 * Few, Cancellation);
        _server.Freeze();
        double undetected = await load.MedianOfNext(Few, Cancellation);
        await NotUsed();
        double detected = await load.MedianOfNext(2 * Few, Cancellation);
        _server.Thaw();
        await Used();
        double after = await load.MedianOfNext(Few, Cancellation);
        await load.Stop();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians in ms: {before:0.00} before, {undetected:0.00} frozen, {detected:0.00} frozen and detected, {after:0.00} after"));
        Assert.Empty(load.Failures);
        Assert.True(undetected < 4 * before, $"frozen {undetected:0.00} ms, before {before:0.00} ms");
        Assert.True(detected < 4 * before, $"frozen and detected {detected:0.00} ms, before {before:0.00} ms");
    }

    [Fact]
    public async Task Collector_FrozenDuringALargeDownload_HoldsItBackAtMostOnce()
    {
        const long size = 100L * 1024 * 1024;
        _ = RequireReal.EnvoyBinary();
        using HttpRequestMessage request = WireClient.Request(Proxy, "orders", HttpMethod.Get, $"/download?bytes={size}", TestTrace.New());
        using HttpResponseMessage response = await _client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using Stream body = await response.Content.ReadAsStreamAsync(Cancellation);
        await body.ReadExactlyAsync(new byte[1024 * 1024], Cancellation);
        _server.Freeze();

        (long read, int pauses) = await ReadToEnd(body);
        await NotUsed();
        using HttpRequestMessage again = WireClient.Request(Proxy, "orders", HttpMethod.Get, $"/download?bytes={size}", TestTrace.New());
        using HttpResponseMessage second = await _client.Http.SendAsync(again, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using Stream secondBody = await second.Content.ReadAsStreamAsync(Cancellation);
        (long readAgain, int pausesAgain) = await ReadToEnd(secondBody);
        _server.Thaw();

        Assert.Equal((size, size), (read + (1024 * 1024), readAgain));
        Assert.True(pauses <= 1, $"{pauses} pauses");
        Assert.Equal(0, pausesAgain);
        await Used();
        await AssertStillKeeps();
    }

    [Fact]
    public async Task Collector_Frozen_LossesAreCountedAndAreNoFailuresOfProduction()
    {
        _ = RequireReal.EnvoyBinary();
        await using var load = new SteadyLoad(Proxy, Brisk);
        await load.MedianOfNext(Few, Cancellation);
        _server.Freeze();
        await NotUsed();
        await load.MedianOfNext(Few, Cancellation);
        _server.Thaw();
        await Used();
        await load.Stop();
        using var api = new LoopApi(_server.Http);

        await AssertStillKeeps();

        SystemStatus status = await api.StatusUntil(
            one => one.Nodes.Sum(node => node.OpenExchanges) == 0 && one.Nodes[0].Counts["loggedOnly"] > 0, "no exchange in progress, and losses that the access log tells of", Cancellation);
        NodeStatusView node = Assert.Single(status.Nodes);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", node.Counts.Concat(node.Inputs).Where(count => count.Value > 0).Select(count => $"{count.Key} {count.Value}")));
        Assert.True(node.Inputs["externalProcessor"] < load.Count + 1, "nothing was lost, so nothing is shown here");
        Assert.Single(await api.List(Cancellation));
    }

    // A pause is what a frozen collector can cause: Envoy's time until it notices. Shorter ones are the machine's.
    private static async Task<(long Bytes, int Pauses)> ReadToEnd(Stream body)
    {
        (long bytes, int pauses) = (0, 0);
        byte[] buffer = new byte[256 * 1024];
        while (true)
        {
            long start = TimeProvider.System.GetTimestamp();
            int read = await body.ReadAsync(buffer, Cancellation);
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(1.2))
                pauses++;
            if (read == 0)
                return (bytes, pauses);
            bytes += read;
        }
    }

    private Task<LoopServer> StartServer() => LoopServer.Start(_data, null, "--capture-listen", $"127.0.0.1:{_capturePort}");

    private async Task Restart()
    {
        await _server.DisposeAsync();
        _server = await StartServer();
        await Used();
    }

    private async Task Used()
    {
        using var api = new LoopApi(_server.Http);
        await api.CollectorIsUsedBy(_envoy, Cancellation);
    }

    private async Task NotUsed()
    {
        while ((await _envoy.Admin.Stats("cluster.loop_collector.membership_healthy", Cancellation)).Values.Sum() > 0)
            await Task.Delay(50, Cancellation);
    }

    // An Envoy may give up its old connection only after the health check has passed again: what is on it by then is lost, like what passed before.
    private async Task AssertStillKeeps()
    {
        using var api = new LoopApi(_server.Http);
        TestTrace trace = await SendUntilListed(api);
        ConversationDetail kept = await api.SealedOf(trace, Cancellation);
        Assert.Equal(500, Assert.Single(kept.Hops).Response!.Status);
    }

    private async Task<TestTrace> SendUntilListed(LoopApi api)
    {
        const int mostTries = 3;
        for (int tries = 1; ; tries++)
        {
            var trace = TestTrace.New();
            await _client.Get(Proxy, "orders", "/broken", trace, Cancellation);
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

/// <summary>Tests that compare times, or take much of the machine, run when no other does.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
