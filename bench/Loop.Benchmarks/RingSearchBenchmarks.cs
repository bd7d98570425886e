using System.Buffers;
using BenchmarkDotNet.Attributes;
using Loop.Capture.Core;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Searching;
using Loop.Contracts.Exchanges;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Benchmarks;

/// <summary>Looking through a full ring of small exchanges, the most that one holds: for a route that all of them are of, for one that none is of, for a session.</summary>
public class RingSearchBenchmarks
{
    private readonly ReadOnlySequence<byte> _answer = Sample.ResponseHeaders(200);
    private readonly ReadOnlySequence<byte> _body = new(Sample.Body(383, 1));
    private readonly ExchangeSource _source = new(CaptureInput.ExternalProcessor, ExchangeView.Server, "orders", null, "orders-1", null);
    private ServiceProvider _services = null!;
    private IConversationCollector _collector = null!;
    private IIntakeShard _shard = null!;

    [GlobalSetup]
    public void Fill()
    {
        _services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddCaptureCore().BuildServiceProvider();
        ExchangeRing ring = _services.GetRequiredService<ExchangeRing>();
        _collector = _services.GetRequiredService<IConversationCollector>();
        _collector.SetRedactionKey(new byte[32], "k1");
        _shard = _services.GetRequiredService<IExchangeIntake>().OpenShard("benchmark");
        for (int number = 0; ring.Horizon is null; number++)
            Write(number);
        if (Find("/orders/{id}") != 8 || Find("/nothing") != 0)
            throw new InvalidOperationException("The search did not find what is there, or found what is not.");
        Console.WriteLine($"// {ring.Count} exchanges in {ring.TotalBytes >> 20} MiB");
    }

    [GlobalCleanup]
    public async Task Dispose()
    {
        _shard.Dispose();
        await _services.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public int RouteOfAll() => Find("/orders/{id}");

    [Benchmark]
    public int RouteOfNone() => Find("/nothing");

    [Benchmark]
    public int Session() => _collector.Find(new SameSession(["loop:k1:AAAAAAAAAAAAAAAAAAAAAA"], NeedsAll: false), 500, CancellationToken.None).GetAwaiter().GetResult().Count;

    private int Find(string path) =>
        _collector.Find(new HealthyOfRoute(new EntryRoute(ExchangeView.Server, "orders", "", "GET", path)), 8, CancellationToken.None).GetAwaiter().GetResult().Count;

    // A browser's requests: one session each, and none that is looked for. No proxy sent them, or none were looked at.
    private static ReadOnlySequence<byte> Headers(int number) => Sample.EntryHeaders(number, $"theme=dark; sid=session-{number}");

    private void Write(int number)
    {
        IExchangeWriter writer = _shard.Begin(_source, Sample.At)!;
        writer.Attributes(MessageDirection.Request, Sample.RequestAttributes(number));
        writer.Headers(MessageDirection.Request, Headers(number), endOfStream: true, Sample.At);
        writer.Attributes(MessageDirection.Response, Sample.ResponseAttributes);
        writer.Headers(MessageDirection.Response, _answer, endOfStream: false, Sample.At);
        writer.Body(MessageDirection.Response, _body, endOfStream: true, truncated: false, Sample.At);
        writer.Close(CloseReason.SourceEnded, Sample.At);
    }
}
