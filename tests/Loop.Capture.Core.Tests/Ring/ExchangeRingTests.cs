using CsCheck;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Ring;

public sealed class ExchangeRingTests
{
    [Fact]
    public async Task Eviction_WhenFull_TakesTheOldestAndMovesTheHorizon()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
        Assert.Null(bench.Collector.Collect("w", [Trace(0)]).Answer.Horizon);
        for (int number = 0; number < 400; number++)
        {
            bench.Exchange(number, bodyBytes: 8_000);
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        long evicted = bench.Counters[CaptureCount.Evicted];
        Assert.InRange(evicted, 200, 399);
        Assert.Equal(400, evicted + bench.Ring.Count);
        Assert.Empty(bench.Find((int)evicted - 1));
        Assert.Single(bench.Find((int)evicted));
        Assert.Equal(Start.AddMilliseconds(evicted - 1).AddTicks(1), bench.Ring.Horizon);
        Assert.Equal(Start.AddMilliseconds(evicted), bench.Ring.OldestAt);
    }

    [Fact]
    public async Task Eviction_WithABusyAndAQuietShard_SparesTheQuietOne()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
        using IIntakeShard quiet = bench.Intake.OpenShard("quiet");
        bench.Exchange(1, shard: quiet);
        for (int number = 0; number < 500; number++)
            bench.Exchange(2, bodyBytes: 8_000);

        Assert.Single(bench.Find(1));
    }

    [Fact]
    public async Task Shard_Closed_KeepsItsRecordsUntilEvictedThenVanishes()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
        IIntakeShard closing = bench.Intake.OpenShard("closing");
        for (int number = 0; number < 60; number++)
            bench.Exchange(1, bodyBytes: 8_000, shard: closing);
        closing.Dispose();
        Assert.Equal((2, 60), (bench.Ring.ShardCount, bench.Find(1).Count));
        for (int number = 0; number < 200; number++)
            bench.Exchange(2 + number, bodyBytes: 8_000);

        Assert.Empty(bench.Find(1));
        Assert.Equal(1, bench.Ring.ShardCount);
    }

    [Fact]
    public async Task Begin_OnAClosedShard_IsShedAndJournalled()
    {
        await using var bench = new CaptureBench();
        IIntakeShard closed = bench.Intake.OpenShard("closed");
        closed.Dispose();
        bench.Exchange(1, shard: closed);

        Assert.Equal(1, bench.Counters[CaptureCount.Shed]);
        Assert.Equal(LossReason.Shed, Assert.Single(bench.Collector.Collect("w", [Trace(1)]).Answer.Losses).Reason);
    }

    [Fact]
    public async Task InProgress_AtTheCap_TheLargestStopsFirstAndTheNewestIsKeptWhole()
    {
        await using var bench = new CaptureBench(options => (options.PoolBytes, options.BodyLimitBytes) = (8 << 20, 1 << 20));
        List<IExchangeWriter> uploads = [.. Enumerable.Range(0, 200).Select(number => bench.Begin(number))];
        foreach (int _ in Enumerable.Range(0, 100))
        {
            foreach (IExchangeWriter upload in uploads)
                upload.Body(MessageDirection.Response, Bytes(10_000), endOfStream: false, truncated: false, bench.Now);
        }

        Assert.InRange(bench.Ring.InProgressBytes, bench.Ring.InProgressLimit / 2, bench.Ring.InProgressLimit);
        bench.Exchange(1_000, bodyBytes: 2_000);
        Assert.False(Assert.Single(bench.Find(1_000)).Head.Response!.Body.Truncated);
        foreach (IExchangeWriter upload in uploads)
        {
            upload.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now);
            upload.Close(CloseReason.SourceEnded, bench.Now);
        }

        BodyInfo body = Assert.Single(bench.Find(7)).Head.Response!.Body;
        Assert.Equal((1_000_000, true), (body.SizeBytes, body.Truncated));
        Assert.Equal(0, bench.Ring.InProgressBytes);
    }

    [Fact]
    public async Task InProgress_WhenNothingIsLeft_ShedsAndJournals()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
        var open = new List<IExchangeWriter>();
        for (int number = 0; number < 4_000; number++)
        {
            open.Add(bench.Begin(number));
            Assert.True(bench.Ring.InProgressBytes <= bench.Ring.InProgressLimit);
        }

        open.ForEach(writer => writer.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now));
        Assert.All(open, writer => Assert.True(writer.IsResponseEnded));
        open.ForEach(writer => writer.Close(CloseReason.SourceEnded, bench.Now));

        Assert.InRange(bench.Counters[CaptureCount.Shed], 1, 3_999);
        Assert.Equal(4_000, bench.Counters[CaptureCount.Shed] + bench.Counters[CaptureCount.Completed]);
        Assert.Equal(LossReason.Shed, Assert.Single(bench.Collector.Collect("w", [Trace(3_999)]).Answer.Losses).Reason);
    }

    [Fact]
    public async Task LongStreams_EndlessEventsAndAHugeDownload_StarveNobody()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 8 << 20);
        IExchangeWriter events = bench.Begin(1);
        IExchangeWriter download = bench.Begin(2);
        events.Headers(MessageDirection.Response, Response(200), endOfStream: false, bench.Now);
        download.Headers(MessageDirection.Response, Response(200), endOfStream: false, bench.Now);
        for (int round = 0; round < 4_000; round++)
        {
            events.Body(MessageDirection.Response, Bytes(20), endOfStream: false, truncated: false, bench.Now);
            download.Body(MessageDirection.Response, Bytes(256 * 1024), endOfStream: false, truncated: false, bench.Now);
            bench.Exchange(10 + round, bodyBytes: 3_000);
        }

        // Every one of the last thousand small ones is there and whole: the two long ones pin little more than their own kept bytes.
        Assert.All(Enumerable.Range(3_010, 1_000), number => Assert.False(Assert.Single(bench.Find(number)).Head.Response!.Body.Truncated));
        Assert.Equal(0, bench.Counters[CaptureCount.Shed]);
        events.Body(MessageDirection.Response, Bytes(0), endOfStream: true, truncated: false, bench.Now);
        download.Body(MessageDirection.Response, Bytes(0), endOfStream: true, truncated: false, bench.Now);
        events.Close(CloseReason.SourceEnded, bench.Now);
        download.Close(CloseReason.SourceEnded, bench.Now);
        Assert.Equal(80_000, Assert.Single(bench.Find(1)).ResponseBody.Length);
        BodyInfo body = Assert.Single(bench.Find(2)).Head.Response!.Body;
        Assert.Equal((4_000L * 256 * 1024, true), (body.SizeBytes, body.Truncated));
    }

    [Fact]
    public async Task LongLived_ThousandIdleStreams_DoNotPinThousandPages()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 8 << 20);
        var idle = new List<IExchangeWriter>();
        for (int number = 0; number < 200; number++)
        {
            idle.Add(bench.Begin(number));
            bench.Exchange(1_000, bodyBytes: 30_000);
        }

        bench.Time.Advance(TimeSpan.FromSeconds(11));
        for (int number = 0; number < 400; number++)
            bench.Exchange(2_000 + number, bodyBytes: 12_000);

        // Each of the 200 lay on a page of its own, of 256; all but a few are free again for others.
        Assert.InRange(bench.Ring.Count, 400, 2_000);
        idle.ForEach(writer => writer.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now));
        idle.ForEach(writer => writer.Close(CloseReason.SourceEnded, bench.Now));
        Assert.All(Enumerable.Range(0, 200), number => Assert.Equal("/", Assert.Single(bench.Find(number)).Head.Path()));
    }

    [Fact]
    public void Budget_WhateverIsWritten_IsNeverExceeded() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60_000], Gen.Int[0, 40]).List[1, 600].Sample(
            steps =>
            {
                var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
                var open = new List<IExchangeWriter>();
                bool isKept = true;
                foreach ((int action, int bytes, int which) in steps)
                {
                    Step(bench, open, action, bytes, which);
                    isKept &= bench.Ring.UsedBytes <= bench.Ring.TotalBytes && bench.Ring.InProgressBytes is >= 0 and var held && held <= bench.Ring.InProgressLimit;
                }

                open.ForEach(writer => writer.Close(CloseReason.CaptureEnded, bench.Now));
                isKept &= bench.Ring.InProgressBytes == 0 && bench.Ring.OpenCount == 0;
                bench.DisposeAsync().AsTask().GetAwaiter().GetResult();
                return isKept;
            },
            iter: 60);

    [Fact]
    public async Task Hotpath_AfterWarmUp_AllocatesLittleMoreThanTheWriter()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 2 << 20);
        ExchangeSource source = Source();
        var request = Request(1);
        var response = Response(200);
        var body = Bytes(2_000);
        for (int round = 0; round < 5_000; round++)
            Write();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1_000; round++)
            Write();
        long perExchange = (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000;

        Assert.InRange(perExchange, 0, 256);

        void Write()
        {
            IExchangeWriter writer = bench.Shard.Begin(source, Start)!;
            writer.Headers(MessageDirection.Request, request, endOfStream: true, Start);
            writer.Headers(MessageDirection.Response, response, endOfStream: false, Start);
            writer.Body(MessageDirection.Response, body, endOfStream: true, truncated: false, Start);
            writer.Close(CloseReason.SourceEnded, Start);
        }
    }

    private static void Step(CaptureBench bench, List<IExchangeWriter> open, int action, int bytes, int which)
    {
        if (action == 0 || open.Count == 0)
        {
            open.Add(bench.Begin(which));
            return;
        }

        IExchangeWriter writer = open[which % open.Count];
        if (action < 3)
        {
            writer.Body(MessageDirection.Response, Bytes(bytes), endOfStream: false, truncated: false, bench.Now);
            return;
        }

        writer.Body(MessageDirection.Response, Bytes(0), endOfStream: true, truncated: false, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);
        open.Remove(writer);
    }
}
