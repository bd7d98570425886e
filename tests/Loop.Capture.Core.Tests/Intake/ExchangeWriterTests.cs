using System.Buffers;
using CsCheck;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Intake;

public sealed class ExchangeWriterTests
{
    [Fact]
    public async Task Close_WithBothEnds_IsComplete()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1, bodyBytes: 40_000);

        CapturedExchange found = Assert.Single(bench.Find(1));
        Assert.Equal(ExchangeEnd.Complete, found.Head.End);
        Assert.Equal(200, found.Head.Status());
        Assert.Equal(40_000, found.ResponseBody.Length);
        Assert.Equal(new ExchangeId("node", Start.ToUnixTimeMilliseconds(), 1), found.Head.Id);
    }

    /// <summary>A clock that stands still cannot hide what was sent after what.</summary>
    [Fact]
    public async Task Body_WhoseDirectionsTakeTurns_HasChunksInOrder()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Request(1), endOfStream: false, bench.Now);
        writer.Body(MessageDirection.Request, Bytes(3), endOfStream: false, truncated: false, bench.Now);
        writer.Headers(MessageDirection.Response, Response(500), endOfStream: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(4), endOfStream: false, truncated: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(5), endOfStream: false, truncated: false, bench.Now);
        writer.Body(MessageDirection.Request, Bytes(6), endOfStream: true, truncated: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(7), endOfStream: true, truncated: false, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Exchange head = Assert.Single(bench.Find(1)).Head;
        Assert.Equal([0L, 3L], head.Request!.Chunks!.Select(chunk => chunk.OffsetBytes));
        Assert.Equal([0L, 9L], head.Response!.Chunks!.Select(chunk => chunk.OffsetBytes));
        DateTimeOffset[] times = [head.Request.Chunks![0].At, head.Response.Chunks![0].At, head.Request.Chunks[1].At, head.Response.Chunks[1].At];
        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public async Task Body_AfterAPause_BeginsAChunk()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Request(1), endOfStream: true, bench.Now);
        writer.Headers(MessageDirection.Response, Response(500), endOfStream: false, bench.Now);
        foreach (int milliseconds in (int[])[0, 4, 9])
            writer.Body(MessageDirection.Response, Bytes(10), endOfStream: false, truncated: false, bench.Now.AddMilliseconds(milliseconds));
        writer.Body(MessageDirection.Response, Bytes(0), endOfStream: true, truncated: false, bench.Now.AddMilliseconds(9));
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Exchange head = Assert.Single(bench.Find(1)).Head;
        Assert.Null(head.Request!.Chunks);
        Assert.Equal([0L, 20L], head.Response!.Chunks!.Select(chunk => chunk.OffsetBytes));
    }

    [Fact]
    public async Task Body_InOneGo_HasNoChunksToTell()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1, bodyBytes: 40_000);

        Exchange head = Assert.Single(bench.Find(1)).Head;
        Assert.Null(head.Request!.Chunks);
        Assert.Null(head.Response!.Chunks);
    }

    [Fact]
    public async Task Close_WithRequestUnread_IsRequestIncomplete()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Request(1), endOfStream: false, bench.Now);
        writer.Headers(MessageDirection.Response, Response(503), endOfStream: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(19), endOfStream: true, truncated: false, bench.Now);
        Assert.True(writer.IsResponseEnded);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Assert.Equal(ExchangeEnd.RequestIncomplete, Assert.Single(bench.Find(1)).Head.End);
        Assert.Equal("status 503", (await bench.Next<TriggerFired>()).Trigger.Reason);
    }

    [Fact]
    public async Task Close_WithRequestEndAfterResponseEnd_IsComplete()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Request(1), endOfStream: false, bench.Now);
        writer.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now);
        writer.Body(MessageDirection.Request, Bytes(5), endOfStream: true, truncated: false, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Assert.Equal(ExchangeEnd.Complete, Assert.Single(bench.Find(1)).Head.End);
    }

    [Fact]
    public async Task Close_WithResponseAlone_IsCompleteWithoutRequest()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(traceParent: $"00-{TraceId(1)}-00f067aa0ba902b7-01"), bench.Now)!;
        writer.Headers(MessageDirection.Response, Response(400), endOfStream: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(11), endOfStream: true, truncated: false, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Exchange head = Assert.Single(bench.Find(1)).Head;
        Assert.Equal((ExchangeEnd.Complete, true), (head.End, head.Request is null));
    }

    [Fact]
    public async Task Close_Twice_RecordsOnce()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1);
        writer.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(10), endOfStream: true, truncated: false, bench.Now);
        writer.Close(CloseReason.CaptureEnded, bench.Now);

        Assert.Equal(1, bench.Counters[CaptureCount.Completed]);
        Assert.Equal(0, Assert.Single(bench.Find(1)).Head.Response!.Body.SizeBytes);
    }

    [Fact]
    public async Task Close_WithoutAnyPart_RecordsNothing()
    {
        await using var bench = new CaptureBench();
        bench.Shard.Begin(Source(), bench.Now)!.Close(CloseReason.SourceEnded, bench.Now);

        Assert.Equal((0, 0L, 0), (bench.Ring.OpenCount, bench.Ring.Count, (int)bench.Ring.InProgressBytes));
    }

    [Theory]
    [InlineData(CloseReason.SourceEnded)]
    [InlineData(CloseReason.CaptureEnded)]
    public async Task Close_AfterUpgrade_IsUpgradedAndNeverTriggers(CloseReason reason)
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1);
        writer.Headers(MessageDirection.Response, Response(101), endOfStream: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(7), endOfStream: false, truncated: false, bench.Now);
        writer.Close(reason, bench.Now);

        Assert.Equal(ExchangeEnd.Upgraded, Assert.Single(bench.Find(1)).Head.End);
        Assert.Empty(await bench.DrainSignals());
    }

    [Fact]
    public async Task Body_BeyondLimit_IsCountedMarkedAndJournalled()
    {
        await using var bench = new CaptureBench(options => options.BodyLimitBytes = 1_000);
        bench.Exchange(1, bodyBytes: 1_001);

        BodyInfo body = Assert.Single(bench.Find(1)).Head.Response!.Body;
        Assert.Equal((1_001, 1_000, true), (body.SizeBytes, body.KeptBytes, body.Truncated));
        Assert.Equal(1, bench.Counters[CaptureCount.Truncated]);
        Assert.Contains(bench.Collector.Collect("w", [Trace(1)]).Answer.Losses, loss => loss.Reason is Contracts.Conversations.LossReason.Truncated);
    }

    [Fact]
    public void Writer_HoweverTheBodiesAreCut_TheSameExchangeComesOut() =>
        Gen.Select(Gen.Byte.Array[0, 70_000], Gen.Byte.Array[0, 9_000], Gen.Int[1, 20_000].List[1, 12], Gen.Int[0, 1_000_000]).Sample(
            (response, request, cuts, seed) =>
            {
                using var whole = Record(request, response, [1 << 30], seed: 0);
                using var cut = Record(request, response, cuts, seed);
                Assert.Equal(response, whole.Exchange.ResponseBody);
                Assert.Equal(response, cut.Exchange.ResponseBody);
                Assert.Equal(request, cut.Exchange.RequestBody);
                Assert.Equal(Text(whole.Exchange.Head), Text(cut.Exchange.Head));
            },
            iter: 150);

    // Which direction spoke when is another thing each time.
    private static string Text(Exchange head) => Protocols.Exchanges.ExchangeCodec.Encode(head with
    {
        Request = head.Request! with { Chunks = null },
        Response = head.Response! with { Chunks = null },
    }).ToString();

    // Chunks of both directions in any interleaving that keeps the order within a direction, other exchanges in between.
    private static Recorded Record(byte[] request, byte[] response, IReadOnlyList<int> cuts, int seed)
    {
        var bench = new CaptureBench(options => options.PoolBytes = 16 << 20);
        var random = new Random(seed);
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Request(1), endOfStream: false, bench.Now);
        writer.Headers(MessageDirection.Response, Response(200), endOfStream: false, bench.Now);
        var offsets = new int[2];
        byte[][] bodies = [request, response];
        bool[] ended = new bool[2];
        for (int step = 0; !ended[0] || !ended[1]; step++)
        {
            int direction = random.Next(2);
            if (ended[direction])
                continue;
            int count = Math.Min(cuts[step % cuts.Count], bodies[direction].Length - offsets[direction]);
            offsets[direction] += count;
            ended[direction] = offsets[direction] == bodies[direction].Length;
            writer.Body((MessageDirection)direction, new ReadOnlySequence<byte>(bodies[direction], offsets[direction] - count, count), ended[direction], truncated: false, bench.Now);
            if (random.Next(3) == 0)
                bench.Exchange(2, bodyBytes: random.Next(500));
        }

        writer.Close(CloseReason.SourceEnded, bench.Now);
        return new Recorded(bench, bench.Find(1).Single());
    }

    private sealed record Recorded(CaptureBench Bench, CapturedExchange Exchange) : IDisposable
    {
        public void Dispose() => Bench.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
