using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Conversations;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Ring;

public sealed class EvictionJournalTests
{
    // More than fills the ring of these tests.
    private const int Many = 400;

    private static readonly Action<RingOptions> SmallRing = options => options.PoolBytes = 1 << 20;

    [Fact]
    public void Find_AfterOverwriting_KnowsTheYoungestAndSinceWhen()
    {
        var journal = new EvictionJournal(4);
        Assert.Null(journal.Since);
        for (int number = 1; number <= 6; number++)
            journal.Add([7], number, Start.AddSeconds(number).UtcTicks);
        var found = new Dictionary<long, DateTimeOffset>();
        journal.Find(7, found, limit: 10);

        Assert.Equal([3L, 4, 5, 6], found.Keys.Order());
        Assert.Equal(Start.AddSeconds(2).AddTicks(1), journal.Since);
    }

    [Fact]
    public async Task Collect_OfATraceOfWhichAPartWasEvicted_NamesTheLostExchange()
    {
        await using var bench = new CaptureBench(SmallRing);
        bench.Exchange(1);
        Fill(bench);
        bench.Exchange(1);

        CollectResult result = bench.Collector.Collect("w", [Trace(1)]);

        Assert.Single(result.Exchanges);
        JournalEntry loss = Assert.Single(result.Answer.Losses);
        Assert.Equal((LossReason.Evicted, Trace(1), 1L), (loss.Reason, loss.Key, loss.Exchange!.Value.Sequence));
        Assert.Equal(Start, result.Answer.EvictionsSince);
        Assert.Empty(bench.Collector.Collect("whole", [Trace(2 + Many)]).Answer.Losses);
    }

    [Fact]
    public async Task Collect_AgainAfterWhatWasDeliveredIsEvicted_TellsNoLoss()
    {
        await using var bench = new CaptureBench(SmallRing);
        bench.Exchange(1);
        bench.Collector.Collect("w", [Trace(1)]);
        Fill(bench);
        bench.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(bench.Collector.Collect("w", [Trace(1)]).Answer.Losses);
        Assert.DoesNotContain(await bench.DrainSignals(), signal => signal is OpenCountChanged { HasLost: true });
    }

    [Fact]
    public async Task Eviction_OfAnAccessLogEntryWhoseExchangeIsThere_IsNoLoss()
    {
        await using var bench = new CaptureBench(SmallRing);
        using IIntakeShard quiet = bench.Intake.OpenShard("quiet");
        bench.Exchange(1, requestId: "r-1", shard: quiet);
        bench.AccessLog("r-1", 200);
        bench.AccessLog("r-2", 200);
        Fill(bench);

        Assert.Empty(bench.Collector.Collect("w", [Trace(1), RequestId("r-1")]).Answer.Losses);
        Assert.Single(bench.Collector.Collect("logged only", [RequestId("r-2")]).Answer.Losses);
    }

    [Fact]
    public async Task Loss_AfterTheAnswer_IsAnnounced()
    {
        await using var bench = new CaptureBench();
        bench.Exchange(1);
        bench.Collector.Collect("w", [Trace(1)]);
        IIntakeShard closed = bench.Intake.OpenShard("closed");
        closed.Dispose();
        bench.Exchange(1, shard: closed);
        bench.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("w", (await bench.Next<OpenCountChanged>(changed => changed.HasLost)).WatchId);
        Assert.Single(bench.Collector.Collect("w", [Trace(1)]).Answer.Losses);
    }

    private static void Fill(CaptureBench bench)
    {
        for (int number = 0; number < Many; number++)
            bench.Exchange(3 + number, bodyBytes: 8_000);
    }
}
