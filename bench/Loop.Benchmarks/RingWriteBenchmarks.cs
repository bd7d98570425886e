using System.Buffers;
using BenchmarkDotNet.Attributes;
using Loop.Capture.Core;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Benchmarks;

/// <summary>A whole exchange into a ring that is full, as ext_proc delivers it: scan, copy, index, evict the oldest.</summary>
public class RingWriteBenchmarks
{
    private const int Exchanges = 4096;
    private const int PostBytes = 8 * 1024;

    private readonly ReadOnlySequence<byte>[] _attributes = new ReadOnlySequence<byte>[Exchanges];
    private readonly ReadOnlySequence<byte>[] _gets = new ReadOnlySequence<byte>[Exchanges];
    private readonly ReadOnlySequence<byte>[] _posts = new ReadOnlySequence<byte>[Exchanges];
    private readonly ReadOnlySequence<byte> _answer = Sample.ResponseHeaders(200);
    private readonly ReadOnlySequence<byte> _smallBody = new(Sample.Body(383, 1));
    private readonly ReadOnlySequence<byte> _postBody = new(Sample.Body(PostBytes, 2));
    private readonly ExchangeSource _source = new(CaptureInput.ExternalProcessor, ExchangeView.Server, "orders", null, "orders-1", null);
    private ServiceProvider _services = null!;
    private ExchangeRing _ring = null!;
    private CaptureCounters _counters = null!;
    private IIntakeShard _shard = null!;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        for (int i = 0; i < Exchanges; i++)
            (_attributes[i], _gets[i], _posts[i]) = (Sample.RequestAttributes(i), Sample.RequestHeaders(i, "GET"), Sample.RequestHeaders(i, "POST"));
        _services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddCaptureCore().BuildServiceProvider();
        _ring = _services.GetRequiredService<ExchangeRing>();
        _counters = _services.GetRequiredService<CaptureCounters>();
        _shard = _services.GetRequiredService<IExchangeIntake>().OpenShard("benchmark");
        while (_ring.Horizon is null)
            Post8KiB();
        long evicted = _counters[CaptureCount.Evicted];
        long before = _counters[CaptureCount.Completed];
        Get();
        Post8KiB();
        if (_counters[CaptureCount.Completed] != before + 2 || evicted == 0 || _counters[CaptureCount.Shed] != 0)
            throw new InvalidOperationException("The ring did not take both exchanges, or was not full.");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _shard.Dispose();
        _services.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Get() => Write(_gets, default, _smallBody);

    [Benchmark]
    public void Post8KiB() => Write(_posts, _postBody, _smallBody);

    private void Write(ReadOnlySequence<byte>[] headers, in ReadOnlySequence<byte> requestBody, in ReadOnlySequence<byte> responseBody)
    {
        _next = (_next + 1) % Exchanges;
        IExchangeWriter writer = _shard.Begin(_source, Sample.At)!;
        writer.Attributes(MessageDirection.Request, _attributes[_next]);
        writer.Headers(MessageDirection.Request, headers[_next], requestBody.IsEmpty, Sample.At);
        if (!requestBody.IsEmpty)
            writer.Body(MessageDirection.Request, requestBody, endOfStream: true, truncated: false, Sample.At);
        writer.Attributes(MessageDirection.Response, Sample.ResponseAttributes);
        writer.Headers(MessageDirection.Response, _answer, endOfStream: false, Sample.At);
        writer.Body(MessageDirection.Response, responseBody, endOfStream: true, truncated: false, Sample.At);
        writer.Close(CloseReason.SourceEnded, Sample.At);
    }
}
