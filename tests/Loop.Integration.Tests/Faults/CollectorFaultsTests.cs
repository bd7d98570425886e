using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Whatever happens to the collector, production goes on.</summary>
public sealed class CollectorFaultsTests
{
    private const int Few = 100;
    private static readonly TimeSpan Brisk = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(70);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collector_StoppedKilledFrozenAndBack_NoRequestFails()
    {
        await using FaultyCollector rig = await FaultyCollector.Start();
        await using var load = new SteadyLoad(rig.Proxy, Calm);

        await load.MedianOfNext(Few, Cancellation);
        Assert.Equal(0, await rig.Server.Stop());
        await load.MedianOfNext(Few, Cancellation);
        await rig.Restart();
        await load.MedianOfNext(Few, Cancellation);
        await rig.Server.Kill();
        await load.MedianOfNext(Few, Cancellation);
        await rig.Restart();
        rig.Server.Freeze();
        await rig.NotUsed();
        await load.MedianOfNext(Few, Cancellation);
        rig.Server.Thaw();
        await rig.Used();
        await load.MedianOfNext(Few, Cancellation);
        await load.Stop();

        Assert.Empty(load.Failures);
        Assert.True(load.Count >= 6 * Few);
        await rig.AssertStillKeeps();
        Assert.Empty(rig.Server.Errors);
    }

    [Fact]
    public async Task Collector_Frozen_LossesAreCountedAndAreNoFailuresOfProduction()
    {
        await using FaultyCollector rig = await FaultyCollector.Start();
        await using var load = new SteadyLoad(rig.Proxy, Brisk);
        await load.MedianOfNext(Few, Cancellation);
        rig.Server.Freeze();
        await rig.NotUsed();
        await load.MedianOfNext(Few, Cancellation);
        rig.Server.Thaw();
        await rig.Used();
        await load.Stop();
        using var api = new LoopApi(rig.Server.Http);

        await rig.AssertStillKeeps();

        SystemStatus status = await api.StatusUntil(
            one => one.Nodes.Sum(node => node.OpenExchanges) == 0 && one.Nodes[0].Counts["loggedOnly"] > 0, "no exchange in progress, and losses that the access log tells of", Cancellation);
        NodeStatusView node = Assert.Single(status.Nodes);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", node.Counts.Concat(node.Inputs).Where(count => count.Value > 0).Select(count => $"{count.Key} {count.Value}")));
        Assert.True(node.Inputs["externalProcessor"] < load.Count + 1, "nothing was lost, so nothing is shown here");
        Assert.Single(await api.List(Cancellation));
    }
}
