using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Collecting;

public sealed class ReplayTests
{
    [Fact]
    public async Task Replay_FailingExchange_NeverTriggersAndIsSeenByItsReplayAlone()
    {
        await using var bench = new CaptureBench();
        bench.Collector.RegisterReplay("x", [Trace(1)]);
        bench.Collector.Collect("conversation", [Trace(1), RequestId("r1")]);
        bench.Exchange(1, status: 500, requestId: "r1");

        NodeSignal signal = Assert.Single(await bench.DrainSignals(), signal => signal is not OpenCountChanged);
        Assert.Equal("replay-x", Assert.IsType<WatchedExchangeCompleted>(signal).WatchId);
        Assert.Empty(bench.Collector.Collect("conversation", [RequestId("r1")]).Exchanges);
    }

    [Fact]
    public async Task Replay_KeyThatItsExchangeBrought_IsMarkedToo()
    {
        await using var bench = new CaptureBench();
        bench.Collector.RegisterReplay("x", [Trace(1)]);
        bench.Exchange(1, requestId: "r1");
        bench.Exchange(2, status: 500, requestId: "r1", source: Source("payments"));

        IReadOnlyList<NodeSignal> signals = await bench.DrainSignals();
        Assert.Empty(signals.OfType<TriggerFired>());
        Assert.Equal(["web", "payments"], signals.OfType<WatchedExchangeCompleted>().Select(pushed => pushed.Exchange.Head.Service));
    }

    [Fact]
    public async Task Replay_KeyThatRealTrafficCarries_StaysReal()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(2, requestId: "constant");
        bench.Collector.RegisterReplay("x", [Trace(1)]);
        bench.Exchange(1, requestId: "constant");
        bench.Exchange(3, status: 500, requestId: "constant");

        IReadOnlyList<NodeSignal> signals = await bench.DrainSignals();
        Assert.Contains(Trace(3), Assert.Single(signals.OfType<TriggerFired>()).Trigger.Keys);
        Assert.Single(signals.OfType<WatchedExchangeCompleted>());
    }

    [Fact]
    public async Task Replay_Ended_StaysMarkedForTenMinutes()
    {
        await using var bench = new CaptureBench();
        bench.Collector.RegisterReplay("x", [Trace(1)]);
        bench.Collector.UnregisterReplay("x");
        bench.Time.Advance(TimeSpan.FromMinutes(9));
        bench.Exchange(1, status: 500);
        Assert.Empty(await bench.DrainSignals());
        Assert.Empty(bench.Find(1));

        bench.Time.Advance(TimeSpan.FromMinutes(2));
        bench.Exchange(1, status: 500);
        Assert.Equal([Trace(1)], (await bench.Next<TriggerFired>()).Trigger.Keys);
    }
}
