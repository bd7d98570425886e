using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Collecting;

public sealed class ConversationCollectorTests
{
    [Fact]
    public async Task Collect_KeysFoundOnTheWay_AreFollowed()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1, requestId: "r1");
        bench.Exchange(2, requestId: "r1", source: Source("payments"));
        bench.Exchange(2, source: Source("history"));
        bench.Exchange(3);

        CollectResult result = bench.Collector.Collect("w", [Trace(1)]);
        Assert.Equal(["history", "payments", "web"], result.Exchanges.Select(found => found.Head.Service).Order());
        Assert.Equal(["history/server", "payments/server", "web/server"], result.Answer.Watches);
        Assert.Equal(("node", Start, 0), (result.Answer.Node, result.Answer.StartedAt, result.Answer.OpenCount));
    }

    [Fact]
    public async Task Collect_AgainWithFurtherKeys_ReturnsOnlyWhatIsNew()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1);
        bench.Exchange(2, source: Source("payments"));
        bench.Collector.Collect("w", [Trace(1)]);

        Assert.Equal("payments", Assert.Single(bench.Collector.Collect("w", [Trace(1), Trace(2)]).Exchanges).Head.Service);
        Assert.Empty(bench.Collector.Collect("w", [Trace(2)]).Exchanges);
    }

    [Fact]
    public async Task Collect_IncludingWhatIsOpen_HasItsBeginningAndSignalsTheWhole()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter stream = bench.Begin(1);
        stream.Headers(MessageDirection.Response, Response(200), endOfStream: false, bench.Now);
        stream.Body(MessageDirection.Response, Bytes(10_000), endOfStream: false, truncated: false, bench.Now);
        Assert.Empty(bench.Collector.Collect("w", [Trace(1)]).Exchanges);

        CollectResult result = bench.Collector.Collect("w", [Trace(1)], includeOpen: true);

        CapturedExchange open = Assert.Single(result.Exchanges);
        Assert.Equal((ExchangeEnd.Open, 200, 10_000, 1), (open.Head.End, open.Head.Status()!.Value, open.ResponseBody.Length, result.Answer.OpenCount));
        Assert.Null(open.Head.Duration);
        stream.Body(MessageDirection.Response, Bytes(5), endOfStream: true, truncated: false, bench.Now);
        stream.Close(CloseReason.SourceEnded, bench.Now);
        CapturedExchange whole = (await bench.Next<WatchedExchangeCompleted>()).Exchange;
        Assert.Equal((open.Head.Id, ExchangeEnd.Complete, 10_005), (whole.Head.Id, whole.Head.End, whole.ResponseBody.Length));
        Assert.Empty(bench.Collector.Collect("w", [Trace(1)], includeOpen: true).Exchanges);
    }

    [Fact]
    public async Task Collect_AfterAnExchangeOfWhichNothingWasRead_TellsThatSomethingWasShed()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1);
        bench.Shard.Begin(Source(), bench.Now)!.Close(CloseReason.CaptureEnded, bench.Now);

        JournalEntry loss = Assert.Single(bench.Collector.Collect("w", [Trace(1)]).Answer.Losses);
        Assert.Equal((LossReason.Shed, Trace(1), 1L), (loss.Reason, loss.Key, bench.Counters.Counts()["shed"]));
        bench.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(bench.Collector.Collect("later", [Trace(1)]).Answer.Losses);
    }

    [Fact]
    public async Task Collect_AfterAnUnreadExchangeOfAKnownTrace_TellsItToThatTraceAlone()
    {
        await using var bench = new CaptureBench();
        bench.Shard.Begin(Source(traceParent: $"00-{TraceId(2)}-00f067aa0ba902b7-01"), bench.Now)!.Close(CloseReason.CaptureEnded, bench.Now);

        Assert.Empty(bench.Collector.Collect("one", [Trace(1)]).Answer.Losses);
        Assert.Equal(LossReason.Shed, Assert.Single(bench.Collector.Collect("two", [Trace(2)]).Answer.Losses).Reason);
    }

    [Fact]
    public async Task Collect_Secrets_LeaveAsTokens()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Request(1, more: ("authorization", "Bearer secret-1234")), endOfStream: true, bench.Now);
        writer.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now);
        bench.Collector.Collect("watched", [Trace(1)]);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Exchange collected = Assert.Single(bench.Find(1)).Head;
        Exchange pushed = (await bench.Next<WatchedExchangeCompleted>()).Exchange.Head;
        Assert.All([collected, pushed], head => Assert.DoesNotContain("secret-1234", head.Request!.Header("authorization"), StringComparison.Ordinal));
        Assert.Contains("request:authorization", pushed.Redacted);
    }

    [Fact]
    public async Task Collect_BeforeTheRedactionKey_IsRefusedAndTriggersWait()
    {
        await using var bench = new CaptureBench(hasKey: false);
        bench.Exchange(1, status: 500);
        Assert.Throws<InvalidOperationException>(() => bench.Collector.Collect("w", [Trace(1)]));
        Assert.False(bench.Collector.Signals.TryPeek(out _));

        bench.Collector.SetRedactionKey(new byte[32], "k1");
        Assert.Equal([Trace(1)], (await bench.Next<TriggerFired>()).Trigger.Keys);
    }

    [Fact]
    public async Task Watch_OpenExchange_IsCountedThenPushedThenCountedDown()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1);
        CollectResult result = bench.Collector.Collect("w", [Trace(1)]);
        Assert.Equal((0, 1), (result.Exchanges.Count, result.Answer.OpenCount));
        writer.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        IReadOnlyList<NodeSignal> signals = await bench.DrainSignals();
        Assert.Equal("w", Assert.IsType<WatchedExchangeCompleted>(signals[0]).WatchId);
        Assert.Equal(new OpenCountChanged("w", 0), Assert.Single(signals.Skip(1)));
    }

    [Fact]
    public async Task Watch_CountThatTheAnswerTold_IsRepeatedAtTheNextSweeps()
    {
        await using var bench = new CaptureBench();
        bench.Begin(1);
        bench.Collector.Collect("w", [Trace(1)]);
        for (int sweep = 0; sweep < 2; sweep++)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(250));
            Assert.Equal([new OpenCountChanged("w", 1)], await bench.DrainSignals());
        }

        bench.Time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Empty(await bench.DrainSignals());
    }

    [Fact]
    public async Task Watch_NewExchangeAndItsLateLog_ArePushed()
    {
        await using var bench = new CaptureBench();
        bench.Collector.Collect("w", [Trace(1)]);
        bench.Exchange(1, requestId: "r1");
        bench.AccessLog("r1", 200);
        bench.Exchange(2);

        Assert.Equal(
            [CaptureInput.ExternalProcessor, CaptureInput.AccessLog],
            (await bench.DrainSignals()).OfType<WatchedExchangeCompleted>().Select(pushed => pushed.Exchange.Head.Input));
    }

    [Fact]
    public async Task Watch_KeyLearntAtTheEnd_DrawsInWhatWasThereBefore()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(2, requestId: "r1", source: Source("payments"));
        bench.Collector.Collect("w", [Trace(1)]);
        bench.Exchange(1, requestId: "r1");

        Assert.Equal(["payments", "web"], (await bench.DrainSignals()).OfType<WatchedExchangeCompleted>().Select(pushed => pushed.Exchange.Head.Service).Order());
    }

    [Fact]
    public async Task Unwatch_Afterwards_NothingIsPushed()
    {
        await using var bench = new CaptureBench();
        bench.Collector.Collect("w", [Trace(1)]);
        bench.Collector.Unwatch("w");
        bench.Exchange(1);

        Assert.Empty(await bench.DrainSignals());
    }

    [Fact]
    public async Task Signals_Full_ShedsCompletionsAndKeepsTriggers()
    {
        await using var bench = new CaptureBench(options => options.SignalCapacity = 2);
        bench.Collector.Collect("w", [Trace(1)]);
        for (int number = 0; number < 5; number++)
            bench.Exchange(1, status: 500);
        // What is done in order is done when the last of it is counted.
        Assert.True(SpinWait.SpinUntil(() => bench.Counters[CaptureCount.Triggered] == 5 && bench.Counters[CaptureCount.Shed] + bench.Counters[CaptureCount.Collected] == 5, TimeSpan.FromSeconds(30)));
        Assert.InRange(bench.Counters[CaptureCount.Shed], 3, 5);
        Assert.Contains(bench.Collector.Collect("other", [Trace(1)]).Answer.Losses, loss => loss.Reason is LossReason.Shed);

        var triggers = new List<long>();
        while (triggers.Count < 5)
        {
            while (bench.Collector.Signals.TryRead(out NodeSignal? signal))
            {
                if (signal is TriggerFired fired)
                    triggers.Add(fired.TriggerId);
            }

            bench.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal([1, 2, 3, 4, 5], triggers);
    }

    [Fact]
    public async Task Trigger_WithoutAnyKey_IsCountedOnly()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Shard.Begin(Source(), bench.Now)!;
        writer.Headers(MessageDirection.Response, Response(500), endOfStream: true, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Assert.Empty(await bench.DrainSignals());
        Assert.Equal(1, bench.Counters[CaptureCount.WithoutKey]);
    }

    [Fact]
    public async Task Snapshot_Always_TellsWhatIsThere()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1, status: 500);
        bench.Begin(2);
        await bench.Next<TriggerFired>();
        bench.Time.Advance(TimeSpan.FromSeconds(2));

        Contracts.Api.NodeStatusView status = bench.Collector.Snapshot();
        Assert.Equal(("node", 1, 1, 0.5), (status.Node, status.RingExchanges, status.OpenExchanges, status.ExchangesPerSecond));
        Assert.Equal((1, 1, 0), (status.Counts["completed"], status.Counts["triggered"], status.Counts["shed"]));
        Assert.Equal((2, 4 << 20, Start), (status.Inputs["externalProcessor"], status.RingBytesTotal, status.Horizon));
    }

    [Fact]
    public async Task Collect_KeyThatEverybodyShares_StopsAtTheLimits()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 16 << 20);
        for (int number = 0; number < 3_000; number++)
            bench.Exchange(number, requestId: "constant");

        Assert.Equal(1_000, bench.Collector.Collect("w", [RequestId("constant")]).Exchanges.Count);
    }
}
