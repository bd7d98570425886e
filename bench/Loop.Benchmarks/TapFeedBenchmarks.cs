using System.Buffers;
using BenchmarkDotNet.Attributes;
using Loop.Capture.Core;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Tap;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Benchmarks;

/// <summary>A buffered tap of a GET into a ring that is full: slice, scan, copy, index, evict the oldest. Parse is what a generated decoder takes for the same bytes.</summary>
public class TapFeedBenchmarks
{
    private const int Exchanges = 4096;
    private readonly ReadOnlySequence<byte>[] _traces = new ReadOnlySequence<byte>[Exchanges];
    private ServiceProvider _services = null!;
    private CaptureCounters _counters = null!;
    private IIntakeShard _shard = null!;
    private TapTraceFeeder _feeder = null!;
    private int _next;

    /// <summary>Of the answer.</summary>
    [Params(512, 8 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        for (int i = 0; i < Exchanges; i++)
            _traces[i] = Sample.BufferedTap(i, BodyBytes);
        _services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddCaptureCore().BuildServiceProvider();
        ExchangeRing ring = _services.GetRequiredService<ExchangeRing>();
        _counters = _services.GetRequiredService<CaptureCounters>();
        _shard = _services.GetRequiredService<IExchangeIntake>().OpenShard("benchmark");
        _feeder = Feeder(_shard);
        while (ring.Horizon is null)
            Feed();
        long before = _counters[CaptureCount.Completed];
        if (Feed() is not TapFeedResult.Fed || _counters[CaptureCount.Completed] != before + 1 || _counters[CaptureCount.Shed] != 0)
            throw new InvalidOperationException("The ring did not take the exchange.");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _feeder.Dispose();
        _shard.Dispose();
        _services.Dispose();
    }

    [Benchmark(Baseline = true)]
    public TapFeedResult Feed()
    {
        _next = (_next + 1) % Exchanges;
        return _feeder.Feed(_traces[_next], Sample.At);
    }

    [Benchmark]
    public object Parse()
    {
        _next = (_next + 1) % Exchanges;
        return TraceWrapper.Parser.ParseFrom(_traces[_next]);
    }

    private static TapTraceFeeder Feeder(IIntakeShard shard) =>
        new(shard, new ExchangeSource(CaptureInput.StreamedTap, ExchangeView.Server, "orders", null, "orders-1", null));
}
