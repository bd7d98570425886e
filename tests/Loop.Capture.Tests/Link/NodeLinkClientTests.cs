using Loop.Capture.Core.Collecting;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Protocols.Exchanges;
using Microsoft.Extensions.Logging;
using Xunit;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Capture.Tests.Link;

public sealed class NodeLinkClientTests : IAsyncLifetime
{
    private static readonly TraceKey Key = TraceKey.FromRequestId("request-1")!.Value;

    private FakeStore _store = null!;
    private CaptureHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await FakeStore.Start();
        _host = await CaptureHost.Start(
            ("StoreUrl", _store.Url),
            ("LinkRetryMinimum", "00:00:00.01"),
            ("LinkRetryMaximum", "00:00:00.05"),
            ("StatusInterval", "00:00:00.05"),
            ("TriggerRepeatInterval", "00:00:00.2"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Link_Greeting_NamesTheNodeAndSetsTheKey()
    {
        FakeStoreSession session = await _store.Accept();
        await session.Next();
        Assert.Equal((FakeCollector.Node, FakeCollector.Epoch), (session.Hello.Node, session.Hello.Epoch));
        Assert.Equal([$"key k1 {Convert.ToHexString(_store.Key)}"], _host.Collector.Asked);
    }

    [Fact]
    public async Task Find_OfEitherKind_IsAnsweredWithKeysAlone()
    {
        _host.Collector.Found = [new Core.Searching.FoundExchange(new ExchangeId(FakeCollector.Node, FakeCollector.Epoch, 7), [Key], DateTimeOffset.UnixEpoch)];
        FakeStoreSession session = await _store.Accept();
        await session.Send(new StoreMessage { Find = new Find { FindId = 1 } });
        await session.Send(new StoreMessage { Find = new Find { FindId = 2, Limit = 3, Healthy = new HealthyOfRoute { View = "server", Service = "web", Method = "GET", Path = "/orders/{id}" } } });
        Found healthy = (await session.NextWord()).Found;
        await session.Send(new StoreMessage { Find = new Find { FindId = 3, Limit = 1_000_000, Session = new SameSession { Tokens = { "loop:k1:x" }, NeedsAll = true } } });
        Found ofSession = (await session.NextWord()).Found;

        // What is not known is not answered, and breaks nothing.
        Assert.Equal((2, 3), (healthy.FindId, ofSession.FindId));
        FoundExchange found = Assert.Single(healthy.Exchanges);
        Assert.Equal(($"{FakeCollector.Node}/{FakeCollector.Epoch}/7", "request:request-1", DateTimeOffset.UnixEpoch), (found.ExchangeId, Assert.Single(found.Keys), found.StartedAt.ToDateTimeOffset()));
        string[] asked = [.. _host.Collector.Asked.Where(word => word.StartsWith("find", StringComparison.Ordinal))];
        Assert.Contains("web/server GET /orders/{id}", asked[0], StringComparison.Ordinal);
        Assert.EndsWith(" 3", asked[0], StringComparison.Ordinal);
        Assert.EndsWith(" 500", asked[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_Status_CarriesTheRingsAndTheInputsNumbers()
    {
        FakeStoreSession session = await _store.Accept();
        using RawGrpcClient client = _host.Raw();
        await client.Send("/unknown/Method", []);
        NodeStatus status = (await session.Next()).Status;
        while (!status.Counts.ContainsKey("refused"))
            status = (await session.Next()).Status;
        Assert.Equal((2.5, 3L, 4L, 5L, 6L), (status.ExchangesPerSecond, status.RingExchanges, status.RingBytesUsed, status.RingBytesTotal, status.OpenExchanges));
        Assert.Equal((7L, 1L, 8L), (status.Counts["shed"], status.Counts["refused"], status.Inputs["external_processor"]));
    }

    [Fact]
    public async Task Link_Trigger_IsRepeatedUntilAcknowledgedAlsoAfterABreak()
    {
        FakeStoreSession first = await _store.Accept();
        _host.Collector.Signal(Fired(1));
        _host.Collector.Signal(Fired(2));
        Assert.Equal(1, (await first.NextWord()).Triggered.TriggerId);
        Assert.Equal(2, (await first.NextWord()).Triggered.TriggerId);
        await Acknowledge(first, 1);
        Triggered repeated = (await first.NextWord()).Triggered;
        Assert.Equal((2L, "default", "status 503", "node-a/5/6", Key.ToString()), (repeated.TriggerId, repeated.Rule, repeated.Reason, repeated.ExchangeId, repeated.Keys.Single()));
        first.Break();
        FakeStoreSession second = await _store.Accept();
        Assert.Equal(2, (await second.NextWord()).Triggered.TriggerId);
        await Acknowledge(second, 2);
        _host.Collector.Signal(Fired(3));
        Assert.Equal(3, (await second.NextWord()).Triggered.TriggerId);
    }

    [Fact]
    public async Task Link_Collect_SendsExchangesThenTheAnswerThenLaterSignals()
    {
        Captured exchange = Exchange(7);
        _host.Collector.OnCollect = (watchId, _) =>
        {
            // What completes while the answer is on its way must come after it.
            _host.Collector.Signal(new OpenCountChanged(watchId, 0));
            return new CollectResult([exchange, Exchange(8)], Answer());
        };
        FakeStoreSession session = await _store.Accept();
        await session.Send(new StoreMessage { Collect = new Collect { CollectId = 9, WatchId = "conv", Keys = { Key.ToString(), "nonsense" } } });
        Protocols.Capture.V1.CapturedExchange sent = (await session.NextWord()).Exchange;
        Assert.Equal(("conv", exchange.Head.Id), (sent.WatchId, ExchangeCodec.Decode(sent.Head).Id));
        Assert.Equal(exchange.RequestBody.ToArray(), sent.RequestBody.ToByteArray());
        Assert.Equal(exchange.ResponseBody.ToArray(), sent.ResponseBody.ToByteArray());
        Assert.Equal(8, (await session.NextWord()).Exchange.Head.Sequence);
        CollectAnswer answer = (await session.NextWord()).CollectAnswer;
        Assert.Equal((9L, "conv", 1, "web/Server"), (answer.CollectId, answer.WatchId, answer.OpenCount, answer.Watches.Single()));
        Loss loss = Assert.Single(answer.Losses);
        Assert.Equal(((int)LossReason.Truncated, Key.ToString()), (loss.Reason, loss.Key));
        Assert.Null(answer.Horizon);
        Assert.Equal(0, (await session.NextWord()).OpenChanged.OpenCount);
        Assert.Contains($"collect conv {Key}", _host.Collector.Asked);
        Assert.Single(_host.Logs.Of(LogLevel.Warning), line => line.Contains("1 trace keys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Link_WatchedCompletion_IsPushed()
    {
        FakeStoreSession session = await _store.Accept();
        _host.Collector.Signal(new WatchedExchangeCompleted("conv", Exchange(3)));
        Protocols.Capture.V1.CapturedExchange sent = (await session.NextWord()).Exchange;
        Assert.Equal(("conv", 3L), (sent.WatchId, sent.Head.Sequence));
    }

    [Fact]
    public async Task Link_Broken_ForgetsWatchesButNotReplays()
    {
        _host.Collector.OnCollect = (_, _) => new CollectResult([], Answer());
        FakeStoreSession first = await _store.Accept();
        foreach (string watchId in new[] { "conv", "other", "replay-r1" })
        {
            await first.Send(new StoreMessage { Collect = new Collect { CollectId = 1, WatchId = watchId, Keys = { Key.ToString() } } });
            await first.NextWord();
        }

        await first.Send(new StoreMessage { Unwatch = new Unwatch { WatchId = "other" } });
        await first.Send(new StoreMessage { RegisterReplayKeys = new RegisterReplayKeys { RequestId = 4, ReplayId = "r2", Keys = { Key.ToString() } } });
        Assert.Equal(4, (await first.NextWord()).ReplayKeysRegistered.RequestId);
        await first.Send(new StoreMessage { Collect = new Collect { CollectId = 2, WatchId = "conv", Keys = { Key.ToString() } } });
        await first.NextWord();
        first.Break();
        FakeStoreSession second = await _store.Accept();
        await second.Next();
        string[] asked = [.. _host.Collector.Asked.Where(call => !call.StartsWith("collect", StringComparison.Ordinal) && !call.StartsWith("key", StringComparison.Ordinal))];
        Assert.Equal([$"register r2 {Key}", "unwatch conv", "unwatch other"], asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Link_UnregisterReplay_ReachesTheRing()
    {
        FakeStoreSession session = await _store.Accept();
        await session.Send(new StoreMessage { UnregisterReplayKeys = new UnregisterReplayKeys { ReplayId = "r1" } });
        await session.Send(new StoreMessage { RegisterReplayKeys = new RegisterReplayKeys { RequestId = 1, ReplayId = "r2" } });
        await session.NextWord();
        Assert.Contains("unregister r1", _host.Collector.Asked);
    }

    [Fact]
    public async Task Link_NoWelcome_DialsAgainAndWarnsOnce()
    {
        await _host.DisposeAsync();
        await _store.DisposeAsync();
        _store = await FakeStore.Start();
        _host = await CaptureHost.Start(("LinkRetryMinimum", "00:00:00.01"), ("LinkRetryMaximum", "00:00:00.02"));
        while (_host.Logs.Of(LogLevel.Debug).Count(line => line.StartsWith("Still no link", StringComparison.Ordinal)) < 2)
            await Task.Yield();
        Assert.Single(_host.Logs.Of(LogLevel.Warning), line => line.StartsWith("No link to the store", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Link_StoreThatDoesNotRead_NeverHoldsTheIntake()
    {
        FakeStoreSession session = await _store.Accept();
        byte[] body = new byte[1024 * 1024];
        for (int index = 0; index < 64; index++)
            _host.Collector.Signal(new WatchedExchangeCompleted("conv", Exchange(index + 1) with { ResponseBody = body }));
        using RawGrpcClient client = _host.Raw();
        for (int index = 0; index < 20; index++)
        {
            byte[] frames = ExtProc.ProcessingScenario.Frames(ExtProc.ProcessingScenario.Messages("post-201"));
            Assert.Equal("0", (await client.Send(RawGrpcClient.ProcessPath, frames)).GrpcStatus);
        }

        Assert.Equal(20, _host.Intake.Exchanges.Count);
        Assert.Equal(FakeCollector.Node, session.Hello.Node);
    }

    private static Task Acknowledge(FakeStoreSession session, long triggerId) =>
        session.Send(new StoreMessage { TriggerAcknowledged = new TriggerAcknowledged { TriggerId = triggerId, ConversationId = "abc" } });

    private static TriggerFired Fired(long id) => new(id, new Trigger("default", "status 503", new ExchangeId("node-a", 5, 6), [Key], DateTimeOffset.UnixEpoch));

    private static Captured Exchange(long sequence) => new(
        new Exchange
        {
            Id = new ExchangeId("node-a", 5, sequence),
            Input = CaptureInput.ExternalProcessor,
            View = ExchangeView.Server,
            Instance = "i",
            StartedAt = DateTimeOffset.UnixEpoch,
            End = ExchangeEnd.Complete,
            Keys = [Key],
        },
        new byte[] { 1, 2 },
        new byte[] { 3 });

    private static NodeAnswer Answer() => new()
    {
        Node = FakeCollector.Node,
        Epoch = FakeCollector.Epoch,
        StartedAt = DateTimeOffset.UnixEpoch,
        OpenCount = 1,
        Watches = ["web/Server"],
        Losses = [new JournalEntry(LossReason.Truncated, DateTimeOffset.UnixEpoch, Key)],
        At = DateTimeOffset.UnixEpoch,
    };
}
