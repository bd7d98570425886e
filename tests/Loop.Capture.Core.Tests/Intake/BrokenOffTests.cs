using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Intake;

public sealed class BrokenOffTests
{
    private static readonly ResponseFlags UpstreamReset = new() { UpstreamConnectionTermination = true };
    private static readonly ResponseFlags ClientGone = new() { DownstreamConnectionTermination = true };

    public static TheoryData<string, BrokenOffBy, string?> Table => new()
    {
        { "upstream", BrokenOffBy.Upstream, "upstream reset" },
        { "client", BrokenOffBy.Client, null },
        { "none", BrokenOffBy.Unknown, "broken off, side unknown" },
        { "no entry", BrokenOffBy.Unknown, "broken off, side unknown" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task BrokenOff_EntryAfterClose_TellsWho(string entry, BrokenOffBy by, string? reason)
    {
        await using var bench = new CaptureBench();
        BreakOff(bench);
        Assert.DoesNotContain(bench.Find(1), found => found.Head.Input is not CaptureInput.AccessLog);
        Log(bench, entry);
        bench.Time.Advance(TimeSpan.FromSeconds(entry == "no entry" ? 4 : 0));

        await AssertBrokenOff(bench, by, reason);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task BrokenOff_EntryBeforeClose_TellsWho(string entry, BrokenOffBy by, string? reason)
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1, "r1");
        Log(bench, entry);
        writer.Close(CloseReason.SourceEnded, bench.Now);
        bench.Time.Advance(TimeSpan.FromSeconds(entry == "no entry" ? 4 : 0));

        await AssertBrokenOff(bench, by, reason);
    }

    [Fact]
    public async Task BrokenOff_BeforeTheWaitIsOver_IsStillOpen()
    {
        await using var bench = new CaptureBench();
        BreakOff(bench);
        bench.Time.Advance(TimeSpan.FromSeconds(2.9));

        CollectResult result = bench.Collector.Collect("w", [Trace(1)]);
        Assert.Equal((0, 1), (result.Exchanges.Count, result.Answer.OpenCount));
    }

    [Fact]
    public async Task BrokenOff_ByCapture_CompletesAtOnceAndNeverTriggers()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1, "r1");
        writer.Headers(MessageDirection.Response, Response(500), endOfStream: false, bench.Now);
        writer.Close(CloseReason.CaptureEnded, bench.Now);

        Assert.Equal(BrokenOffBy.Capture, Assert.Single(bench.Find(1)).Head.BrokenOffBy);
        Assert.Empty(await bench.DrainSignals());
    }

    [Fact]
    public async Task BrokenOff_AfterErrorHeaders_TriggersAtOnceAndOnce()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1, "r1");
        writer.Headers(MessageDirection.Response, Response(503), endOfStream: false, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);

        Assert.Equal("status 503", (await bench.Next<TriggerFired>()).Trigger.Reason);
        bench.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, bench.Counters[CaptureCount.Completed]);
        Assert.Empty(await bench.DrainSignals());
    }

    [Fact]
    public async Task BrokenOff_EntryOfAnotherConnection_IsNotIts()
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1, "r1");
        writer.Attributes(MessageDirection.Request, SourceAddress("10.0.0.1", 1234));
        writer.Close(CloseReason.SourceEnded, bench.Now);
        bench.AccessLog("r1", 0, ClientGone, downstream: "10.0.0.1:9999");
        Assert.Equal(1, bench.Ring.OpenCount);
        bench.AccessLog("r1", 0, ClientGone, downstream: "10.0.0.1:1234");

        await AssertBrokenOff(bench, BrokenOffBy.Client, reason: null);
    }

    [Fact]
    public async Task BrokenOff_EntryOfAnotherService_IsNotIts()
    {
        await using var bench = new CaptureBench();
        BreakOff(bench);
        bench.AccessLog("r1", 0, ClientGone, service: "payments");

        Assert.Equal(1, bench.Ring.OpenCount);
    }

    [Fact]
    public async Task AccessLog_FailingWithoutCapturedExchange_Triggers()
    {
        await using var bench = new CaptureBench();
        bench.AccessLog("r1", 504, new ResponseFlags { UpstreamRequestTimeout = true });

        TriggerFired fired = await bench.Next<TriggerFired>();
        Assert.Equal("status 504", fired.Trigger.Reason);
        Assert.Equal([RequestId("r1")], fired.Trigger.Keys);
    }

    [Fact]
    public async Task AccessLog_FailingBesideCapturedExchange_DoesNotTriggerAgain()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1, status: 500, requestId: "r1");
        bench.AccessLog("r1", 500);

        bench.AccessLog("r2", 200);

        Assert.Equal((2, 1), (bench.Counters[CaptureCount.AccessLogEntries], bench.Counters[CaptureCount.LoggedOnly]));
        IReadOnlyList<NodeSignal> signals = await bench.DrainSignals();
        Assert.Equal("status 500", Assert.IsType<TriggerFired>(Assert.Single(signals)).Trigger.Reason);
    }

    [Theory]
    [InlineData("client", true, BrokenOffBy.Client)]
    [InlineData("client", false, BrokenOffBy.Client)]
    [InlineData("none", true, BrokenOffBy.Upstream)]
    [InlineData("none", false, BrokenOffBy.Upstream)]
    public async Task BrokenOff_TriesOfACall_ReadTheCallsEntryWithoutSpendingIt(string entry, bool entryIsFirst, BrokenOffBy by)
    {
        await using var bench = new CaptureBench();
        IExchangeWriter call = bench.Begin(1, "r1", Source(view: ExchangeView.Client));
        IExchangeWriter[] tries = [bench.Begin(1, "r1", Source(view: ExchangeView.Attempt)), bench.Begin(1, "r1", Source(view: ExchangeView.Attempt))];
        void Break() => Array.ForEach([.. tries, call], writer => writer.Close(CloseReason.SourceEnded, bench.Now));
        void Log() => bench.AccessLog("r1", 200, entry == "client" ? ClientGone : null, view: ExchangeView.Client);
        (entryIsFirst ? Log : (Action)Break)();
        (entryIsFirst ? Break : (Action)Log)();

        IEnumerable<Exchange> found = bench.Find(1).Select(one => one.Head).Where(head => head.Input is not CaptureInput.AccessLog);

        Assert.Equal([by, by], found.Where(head => head.View is ExchangeView.Attempt).Select(head => head.BrokenOffBy));
        Assert.Equal(entry == "client" ? BrokenOffBy.Client : BrokenOffBy.Unknown, found.Single(head => head.View is ExchangeView.Client).BrokenOffBy);
    }

    // Numbers of envoy.data.accesslog.v3.AccessLogType.
    [Theory]
    [InlineData(4, 0u)]
    [InlineData(5, 200u)]
    [InlineData(9, 503u)]
    [InlineData(10, 200u)]
    public async Task AccessLog_WrittenBeforeTheEnd_EndsNothingAndIsNoExchange(int logType, uint status)
    {
        await using var bench = new CaptureBench();
        IExchangeWriter writer = bench.Begin(1, "r1");
        bench.AccessLog("r1", status, UpstreamReset, logType: logType);
        writer.Close(CloseReason.SourceEnded, bench.Now);
        bench.AccessLog("r1", status, UpstreamReset, logType: logType);

        Assert.Equal((1, 0), (bench.Collector.Collect("w", [Trace(1)]).Answer.OpenCount, bench.Ring.Count));
        Assert.Equal((2, 0), (bench.Counters[CaptureCount.Unsupported], bench.Counters[CaptureCount.AccessLogEntries]));
        bench.AccessLog("r1", 200, ClientGone, logType: 6);

        await AssertBrokenOff(bench, BrokenOffBy.Client, null);
    }

    [Fact]
    public async Task AccessLog_StartOfAnExchangeThatOnlyTheLogShows_TriggersNothing()
    {
        await using var bench = new CaptureBench();
        bench.AccessLog("r1", 0, logType: 4);

        Assert.Empty(await bench.DrainSignals());
    }

    [Fact]
    public async Task AccessLog_Malformed_IsCountedAndLeftOut()
    {
        await using var bench = new CaptureBench();
        bench.Shard.RecordAccessLog(Source(), Bytes(20, 0xff), bench.Now);

        Assert.Equal((1, 0), (bench.Counters[CaptureCount.Malformed], bench.Ring.Count));
    }

    private static void BreakOff(CaptureBench bench) => bench.Begin(1, "r1").Close(CloseReason.SourceEnded, bench.Now);

    private static void Log(CaptureBench bench, string entry)
    {
        if (entry != "no entry")
            bench.AccessLog("r1", 200, entry switch { "upstream" => UpstreamReset, "client" => ClientGone, _ => null });
    }

    private static System.Buffers.ReadOnlySequence<byte> SourceAddress(string address, int port) => new(
        Google.Protobuf.MessageExtensions.ToByteArray(new Google.Protobuf.WellKnownTypes.Struct
        {
            Fields =
            {
                ["source.address"] = Google.Protobuf.WellKnownTypes.Value.ForString($"{address}:{port}"),
                ["source.port"] = Google.Protobuf.WellKnownTypes.Value.ForNumber(port),
            },
        }));

    private static async Task AssertBrokenOff(CaptureBench bench, BrokenOffBy by, string? reason)
    {
        Exchange head = Assert.Single(bench.Find(1), found => found.Head.Input is not CaptureInput.AccessLog).Head;
        Assert.Equal((ExchangeEnd.BrokenOff, by), (head.End, head.BrokenOffBy));
        IEnumerable<string> reasons = (await bench.DrainSignals()).OfType<TriggerFired>().Select(fired => fired.Trigger.Reason);
        Assert.Equal(reason is null ? [] : [reason], reasons);
    }
}
