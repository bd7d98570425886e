using System.Collections.Concurrent;
using System.Diagnostics;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

public sealed class OperationTests
{
    [Fact]
    public async Task Replay_WithAListener_IsSpansWithItsIdWhileTheRequestKeepsItsOwnTrace()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 500, "{}", "a body");
        await using TestDestination destination = await TestDestination.Answering(500, "{}");
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name);

        // Tests run side by side and their replays have the same ids: the destination is this test's own.
        Activity send = Assert.Single(spans, span => (string?)span.GetTagItem("server.address") == destination.Name);
        Activity[] own = [.. spans.Where(span => span.Source.Name == "Loop.Replayer" && span.TraceId == send.TraceId)];
        Assert.Equal(["replay", "send request", "compare"], own.Select(span => span.OperationName));
        Assert.All(own, span => Assert.Equal(report.Id, span.GetTagItem("loop.replay.id")));
        ReplayRequested requested = host.Store.Stream(report.Id).OfType<ReplayRequested>().Single();
        Received received = Assert.Single(destination.Requests);
        Assert.Equal(requested.Keys[0], TraceKey.FromTraceParent(received.Headers["traceparent"]));
        Assert.DoesNotContain(own[0].TraceId.ToHexString(), received.Headers["traceparent"], StringComparison.Ordinal);
    }
}
