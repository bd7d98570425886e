using System.Globalization;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Searching;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Searching;

/// <summary>What is looked for in a ring, and what is passed over.</summary>
public sealed class RingSearchTests
{
    private static readonly HealthyOfRoute Orders = new(new EntryRoute(ExchangeView.Server, "web", "", "GET", "/orders/{id}"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FindHealthy_OfARoute_NamesTheNewestFirst()
    {
        await using var bench = new CaptureBench();
        for (int number = 1; number <= 5; number++)
            Send(bench, number, $"/orders/{number}?x={number}");
        Send(bench, 6, "/orders");
        Send(bench, 7, "/orders/7", source: Source("payments"));
        Send(bench, 8, "/orders/8", source: Source("web", ExchangeView.Client));

        Assert.Equal([Trace(5), Trace(4), Trace(3)], (await bench.Collector.Find(Orders, 3, Cancellation)).Select(found => Assert.Single(found.Keys)));
    }

    [Fact]
    public async Task FindHealthy_OverConnections_PassesOverWhatFailed()
    {
        await using var bench = new CaptureBench();
        using IIntakeShard other = bench.Intake.OpenShard("other");
        Send(bench, 1, "/orders/1", shard: other);
        Send(bench, 2, "/orders/2", status: 404);
        Send(bench, 3, "/orders/3", status: 500);
        Send(bench, 4, "/orders/4", method: "PUT");
        IExchangeWriter open = bench.Shard.Begin(Source(), bench.Now)!;
        open.Headers(MessageDirection.Request, Headers(5, "/orders/5"), endOfStream: true, bench.Now);
        IExchangeWriter broken = bench.Shard.Begin(Source(), bench.Now)!;
        broken.Headers(MessageDirection.Request, Headers(6, "/orders/6"), endOfStream: true, bench.Now);
        broken.Close(CloseReason.SourceEnded, bench.Now);

        Assert.Equal([Trace(1)], Assert.Single(await bench.Collector.Find(Orders, 10, Cancellation)).Keys);
    }

    [Fact]
    public async Task FindHealthy_FailureWithinTheConversation_IsNotHealthy()
    {
        await using var bench = new CaptureBench();
        Send(bench, 1, "/orders/1");
        Send(bench, 2, "/orders/2");
        bench.Exchange(2, status: 500, source: Source("payments"));

        Assert.Equal([Trace(1)], Assert.Single(await bench.Collector.Find(Orders, 10, Cancellation)).Keys);
    }

    [Fact]
    public async Task FindHealthy_SomethingOfTheConversationGoesOn_IsNotYetHealthy()
    {
        await using var bench = new CaptureBench();
        Send(bench, 1, "/orders/1");
        IExchangeWriter late = bench.Begin(1, source: Source("payments"));
        Assert.Empty(await bench.Collector.Find(Orders, 10, Cancellation));

        late.Headers(MessageDirection.Response, Response(200), endOfStream: true, bench.Now);
        late.Close(CloseReason.SourceEnded, bench.Now);
        Assert.Single(await bench.Collector.Find(Orders, 10, Cancellation));
    }

    [Fact]
    public async Task FindHealthy_CallFromWithinTheMesh_IsNoEntry()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1, source: Source("gateway"));
        bench.Time.Advance(TimeSpan.FromMilliseconds(5));
        Send(bench, 1, "/orders/1");

        Assert.Empty(await bench.Collector.Find(Orders, 10, Cancellation));
    }

    [Fact]
    public async Task FindHealthy_ExchangeOfAReplay_IsNotProduction()
    {
        await using var bench = new CaptureBench();
        bench.Collector.RegisterReplay("x", [Trace(1)]);
        Send(bench, 1, "/orders/1");

        Assert.Empty(await bench.Collector.Find(Orders, 10, Cancellation));
    }

    [Fact]
    public async Task FindHealthy_WhileTheRingTurnsOver_NeitherTearsNorNamesTwice()
    {
        await using var bench = new CaptureBench(options => options.PoolBytes = 1 << 20);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        int last = 0;
        Task writing = Task.Run(() =>
        {
            while (!ending.IsCancellationRequested)
                Send(bench, ++last, $"/orders/{last}", bodyBytes: 300);
        }, Cancellation);
        for (int round = 0; round < 20; round++)
        {
            IReadOnlyList<FoundExchange> found = await bench.Collector.Find(Orders, 5_000, Cancellation);
            long[] sequences = [.. found.Select(one => one.Id.Sequence)];
            Assert.Equal(sequences.Distinct().OrderDescending(), sequences);
            Assert.All(found, one => Assert.Equal([Trace((int)one.Id.Sequence)], one.Keys));
        }

        await ending.CancelAsync();
        await writing;
        Assert.True(bench.Counters[CaptureCount.Evicted] > 0, "the ring never turned over");
        Assert.Equal(0, bench.Counters[CaptureCount.Malformed]);
    }

    [Fact]
    public async Task FindHealthy_NobodyWaits_IsGivenUp()
    {
        await using var bench = new CaptureBench();
        Send(bench, 1, "/orders/1");
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Collector.Find(Orders, 10, gone.Token));
    }

    [Fact]
    public async Task Find_BeforeTheRedactionKey_IsRefused()
    {
        await using var bench = new CaptureBench(hasKey: false);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Collector.Find(Orders, 10, Cancellation));
    }

    [Fact]
    public async Task FindSession_ByToken_NamesItsEntriesWithoutTheSecret()
    {
        await using var bench = new CaptureBench();
        Send(bench, 1, "/login", answer: [("set-cookie", "sid=secret-1; Path=/")]);
        Send(bench, 2, "/cart", more: [("cookie", "theme=dark; sid=secret-1")]);
        Send(bench, 3, "/cart", more: [("cookie", "theme=dark; sid=secret-2")]);
        Send(bench, 4, "/pay", more: [("cookie", "sid=secret-1"), ("x-envoy-expected-rq-timeout-ms", "15000")]);
        Send(bench, 5, "/pay", more: [("cookie", "sid=secret-1")], source: Source("gateway", ExchangeView.Edge));
        Send(bench, 6, "/pay", more: [("cookie", "sid=secret-1")], source: Source("web", ExchangeView.Client));

        SessionMark mark = SessionTokens.MarkOf([bench.Find(2)[0].Head])!;
        IReadOnlyList<FoundExchange> found = await bench.Collector.Find(new SameSession(mark.Tokens, mark.NeedsAll), 10, Cancellation);
        Assert.Equal([Trace(5), Trace(2), Trace(1)], found.Select(one => Assert.Single(one.Keys)));
        Assert.DoesNotContain("secret-1", string.Concat(found), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindSession_ThatNeedsAllTokens_PassesOverASharedOne()
    {
        await using var bench = new CaptureBench();
        Send(bench, 1, "/cart", more: [("cookie", "theme=dark; q7=a")]);
        Send(bench, 2, "/cart", more: [("cookie", "theme=dark; q7=b")]);

        SessionMark mark = SessionTokens.MarkOf([bench.Find(1)[0].Head])!;
        Assert.Equal([Trace(1)], Assert.Single(await bench.Collector.Find(new SameSession(mark.Tokens, mark.NeedsAll), 10, Cancellation)).Keys);
        Assert.Equal(2, (await bench.Collector.Find(new SameSession(mark.Tokens, NeedsAll: false), 10, Cancellation)).Count);
    }

    private static System.Buffers.ReadOnlySequence<byte> Headers(int trace, string path, string method = "GET", (string Name, string Value)[]? more = null) =>
        Map([(":method", method), (":path", path), ("traceparent", $"00-{TraceId(trace)}-00f067aa0ba902b7-01"), .. more ?? []]);

    private static void Send(
        CaptureBench bench,
        int trace,
        string path,
        int status = 200,
        string method = "GET",
        int bodyBytes = 10,
        (string Name, string Value)[]? more = null,
        (string Name, string Value)[]? answer = null,
        ExchangeSource? source = null,
        IIntakeShard? shard = null)
    {
        IExchangeWriter writer = (shard ?? bench.Shard).Begin(source ?? Source(), bench.Now)!;
        writer.Headers(MessageDirection.Request, Headers(trace, path, method, more), endOfStream: true, bench.Now);
        writer.Headers(MessageDirection.Response, Map([(":status", status.ToString(CultureInfo.InvariantCulture)), .. answer ?? []]), endOfStream: false, bench.Now);
        writer.Body(MessageDirection.Response, Bytes(bodyBytes), endOfStream: true, truncated: false, bench.Now);
        writer.Close(CloseReason.SourceEnded, bench.Now);
    }
}
