using System.Collections.Concurrent;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Collecting;

public sealed class ConcurrencyTests
{
    private const int Writers = 4;

    [Fact]
    public async Task CollectAndWatch_WhileExchangesComplete_MissNothingAndDeliverNothingTwice()
    {
        const int perWriter = 200;
        for (int round = 0; round < 10; round++)
        {
            await using var bench = new CaptureBench(options => (options.SignalCapacity, options.PoolBytes) = (10_000, 16 << 20));
            int written = 0;
            Task[] writing = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(() =>
            {
                using IIntakeShard shard = bench.Intake.OpenShard("writer");
                for (int number = 0; number < perWriter; number++)
                {
                    bench.Exchange(1, shard: shard);
                    Interlocked.Increment(ref written);
                }
            }))];
            int startAt = round * 40;
            SpinWait.SpinUntil(() => Volatile.Read(ref written) >= startAt);
            List<ExchangeId> seen = [.. bench.Collector.Collect("w", [Trace(1)]).Exchanges.Select(found => found.Head.Id)];
            seen.AddRange(bench.Collector.Collect("w", [Trace(1)]).Exchanges.Select(found => found.Head.Id));
            await Task.WhenAll(writing);
            IReadOnlyList<NodeSignal> signals = await bench.DrainSignals();
            seen.AddRange(signals.OfType<WatchedExchangeCompleted>().Select(pushed => pushed.Exchange.Head.Id));

            Assert.Equal(Writers * perWriter, seen.Distinct().Count());
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Equal(0, bench.Collector.Collect("w", [Trace(1)]).Answer.OpenCount);
        }
    }

    [Fact]
    public async Task Eviction_WhileRecordsAreRead_NeverTearsOne()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 2 << 20);
        using var stopping = new CancellationTokenSource();
        var faults = new ConcurrentQueue<string>();
        int read = 0;
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            var random = new Random(writer);
            using IIntakeShard shard = bench.Intake.OpenShard("writer");
            for (int number = 0; number < 4_000; number++)
                Write(bench, shard, number % 50, (byte)random.Next(1, 256), random);
        }))];
        Task[] reading = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            for (int number = reader; !stopping.IsCancellationRequested; number++)
            {
                foreach (CapturedExchange found in bench.Find(number % 50))
                {
                    Interlocked.Increment(ref read);
                    if (Fault(found) is { } fault)
                        faults.Enqueue(fault);
                }
            }
        }))];
        await Task.WhenAll(writing);
        await stopping.CancelAsync();
        await Task.WhenAll(reading);

        Assert.Empty(faults);
        Assert.Equal(0, bench.Counters[CaptureCount.Malformed]);
        Assert.True(bench.Counters[CaptureCount.Evicted] > 1_000 && read > 100, $"{bench.Counters[CaptureCount.Evicted]} evicted, {read} read");
        Assert.Equal((0L, 0), (bench.Ring.InProgressBytes, bench.Ring.OpenCount));
    }

    [Fact]
    public async Task Pages_AfterAllIsEvicted_AreAllFreeButTheSharedOnes()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
        var random = new Random(1);
        for (int round = 0; round < 20; round++)
        {
            using IIntakeShard shard = bench.Intake.OpenShard("one of many");
            for (int number = 0; number < 30; number++)
                Write(bench, shard, number, 9, random);
        }

        // Only what is in the ring, and the one page that the open shard fills, may hold pages: nothing leaks over two thousand evictions.
        for (int number = 0; number < 2_000; number++)
            bench.Exchange(number, bodyBytes: 3_000);
        Assert.InRange(bench.Ring.Count, (bench.Ring.TotalBytes - (2 * 32 * 1024)) / 3_500, bench.Ring.TotalBytes / 3_000);
    }

    // Every byte of one exchange is the same, in both bodies, and the same as a header says.
    private static void Write(CaptureBench bench, IIntakeShard shard, int trace, byte value, Random random)
    {
        IExchangeWriter writer = shard.Begin(Source(), Start)!;
        writer.Headers(MessageDirection.Request, Request(trace, more: ("x-value", value.ToString())), endOfStream: false, Start);
        writer.Body(MessageDirection.Request, Bytes(random.Next(3_000), value), endOfStream: true, truncated: false, Start);
        writer.Headers(MessageDirection.Response, Response(200), endOfStream: false, Start);
        for (int chunk = random.Next(6); chunk >= 0; chunk--)
            writer.Body(MessageDirection.Response, Bytes(random.Next(20_000), value), endOfStream: chunk == 0, truncated: false, Start);
        writer.Close(CloseReason.SourceEnded, Start);
    }

    private static string? Fault(CapturedExchange found)
    {
        byte value = byte.Parse(found.Head.Request!.Header("x-value")!);
        if (found.RequestBody.Span.ContainsAnyExcept(value) || found.ResponseBody.Span.ContainsAnyExcept(value))
            return $"{found.Head.Id}: bytes of another exchange";
        bool isWhole = found.RequestBody.Length == found.Head.Request.Body.KeptBytes && found.ResponseBody.Length == found.Head.Response!.Body.KeptBytes;
        bool isMarked = found.Head.Response!.Body.Truncated || found.Head.Response.Body.SizeBytes == found.Head.Response.Body.KeptBytes;
        return isWhole && isMarked ? null : $"{found.Head.Id}: bytes are missing";
    }
}
