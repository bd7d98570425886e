using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Loop.Contracts.Api;
using Loop.Store.Core.Events;
using Loop.Store.Core.Faults;
using Loop.Store.Recovery;
using Loop.Store.Tests.Api;
using Loop.Store.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Recovery;

/// <summary>Spans, event metadata, health.</summary>
public sealed class OperationTests : StoreTest
{
    [Fact]
    public async Task Conversation_WithAListener_IsSpansWithItsIdAndItsEventsNameThem()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Loop.Store",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(77)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        await Sealed(id);

        Activity[] own = [.. spans.Where(span => (string?)span.GetTagItem("loop.conversation.id") == id)];
        Assert.Equal(["append stream", "collect", "keep conversation", "seal conversation", "write segment"], own.Select(span => span.OperationName).Distinct().Order(StringComparer.Ordinal));
        await foreach (StoredEvent stored in Store.Services.GetRequiredService<IEventStore>().ReadStream(new StreamName("conversation", id), 0, CancellationToken.None))
        {
            EventMetadata metadata = EventSerializer.DeserializeMetadata(stored);
            Activity append = Assert.Single(own, span => span.Id == metadata.TraceParent);
            Assert.Equal(("append stream", append.TraceId.ToHexString()), (append.OperationName, metadata.Correlation));
        }
    }

    [Fact]
    public async Task Health_AppendFails_IsUnhealthyInBothPlacesUntilOneIsWritten()
    {
        StoreReadiness readiness = Store.Services.GetRequiredService<StoreReadiness>();
        var full = new EventAppender(new FullEventStore(), readiness);
        await Assert.ThrowsAsync<StoreFullException>(() => full.Append(new StreamName("conversation", "x"), -1, _ => [], CancellationToken.None));

        HealthReportEntry check = await Check();
        Assert.Equal(HealthStatus.Unhealthy, check.Status);
        Assert.Contains("No space is left", check.Description, StringComparison.Ordinal);
        SystemStatus status = (await Store.Http.GetFromJsonAsync<SystemStatus>("/api/v1/status", ApiReading.Json))!;
        Assert.False(status.Ready);
        Assert.Contains(check.Description, status.Problems);

        await using FakeNode node = await FakeNode.Connect(Store);
        await node.Trigger(Make(1, [Trace(1)], 500).Head);
        Assert.Equal(HealthStatus.Healthy, (await Check()).Status);
    }

    private async Task<HealthReportEntry> Check() => (await Store.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["store"];

    private sealed class FullEventStore : IEventStore
    {
        public Task<AppendResult> Append(StreamName stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) => throw new StoreFullException("events.db");

        public IAsyncEnumerable<StoredEvent> ReadStream(StreamName stream, long fromVersion, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredEvent> ReadAll(long afterPosition, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredEvent> SubscribeAll(long afterPosition, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task Compact(StreamName stream, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
