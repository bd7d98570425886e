using System.Diagnostics;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Loop.Capture.Tests.Health;

public sealed class CaptureHealthCheckTests
{
    [Fact]
    public async Task Check_LinkUp_IsHealthy()
    {
        await using FakeStore store = await FakeStore.Start();
        await using CaptureHost host = await CaptureHost.Start(("StoreUrl", store.Url));
        await (await store.Accept()).Next();
        Assert.Equal(HealthStatus.Healthy, (await Check(host)).Status);
    }

    [Fact]
    public async Task Check_NoStore_IsDegradedAndNamesItAndWhy()
    {
        await using CaptureHost host = await CaptureHost.Start(("StoreUrl", "http://127.0.0.1:1"));
        HealthReportEntry check = await Check(host);
        Assert.Equal(HealthStatus.Degraded, check.Status);
        Assert.Contains("http://127.0.0.1:1", check.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_CollectorsLoopDied_IsUnhealthyAlsoWithALink()
    {
        await using FakeStore store = await FakeStore.Start();
        await using CaptureHost host = await CaptureHost.Start(("StoreUrl", store.Url));
        await (await store.Accept()).Next();
        host.Collector.Pump.SetException(new InvalidOperationException("the ring is torn"));
        HealthReportEntry check = await Check(host);
        Assert.Equal(HealthStatus.Unhealthy, check.Status);
        Assert.Contains("the ring is torn", check.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_WithAListener_IsASpanWithItsConversationAndNothingElseIs()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        await using FakeStore store = await FakeStore.Start();
        await using CaptureHost host = await CaptureHost.Start(("StoreUrl", store.Url));
        host.Collector.OnCollect = (_, _) => new CollectResult([], new NodeAnswer
        {
            Node = FakeCollector.Node,
            Epoch = 1,
            StartedAt = DateTimeOffset.UnixEpoch,
            OpenCount = 0,
            Watches = [],
            Losses = [],
            At = DateTimeOffset.UnixEpoch,
        });
        FakeStoreSession session = await store.Accept();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Loop.Capture",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if ((span.GetTagItem("loop.conversation.id") ?? span.GetTagItem("loop.replay.id")) is "span-test-1" or "span-test-2")
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using RawGrpcClient client = host.Raw();
        await client.Send(RawGrpcClient.ProcessPath, ExtProc.ProcessingScenario.Frames(ExtProc.ProcessingScenario.Messages("post-201")));
        foreach (string watch in new[] { "span-test-1", "replay-span-test-2" })
        {
            await session.Send(new StoreMessage { Collect = new Collect { CollectId = 1, WatchId = watch, Keys = { TraceKey.FromRequestId("r1")!.Value.ToString() } } });
            await session.NextWord();
        }

        // A span ends after its answer is written; the next confirmation comes after it.
        await session.Send(new StoreMessage { RegisterReplayKeys = new RegisterReplayKeys { RequestId = 9, ReplayId = "r" } });
        await session.NextWord();
        Assert.Equal(["collect conversation span-test-1", "collect replay span-test-2"], spans.Select(Words));
    }

    private static string Words(Activity span) => span.GetTagItem("loop.conversation.id") is { } id ? $"{span.OperationName} conversation {id}" : $"{span.OperationName} replay {span.GetTagItem("loop.replay.id")}";

    private static async Task<HealthReportEntry> Check(CaptureHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["capture"];
}
