using System.Diagnostics;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Harness.Mesh;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>A capture process and a store process, of which the store has a bad day.</summary>
public sealed class NodeLinkFaultTests
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StoreKilledAndRestarted_TriggersFiredMeanwhile_AreKept()
    {
        await using LoopServer store = await StartStore();
        await using LoopServer capture = await StartCapture(store);
        using var mesh = new FakeMesh(capture.Capture!, Cancellation);
        FakeConversation[] before = await mesh.SendMany(4, failEvery: 2);
        using (var api = new LoopApi(store.Http))
            await api.ListUntil(list => list.Count == 2, "the conversations before the kill", Cancellation);
        await store.Kill();

        FakeConversation[] meanwhile = await mesh.SendMany(20, failEvery: 4);
        Assert.All(meanwhile, one => Assert.True(one.IsTaken, "capture must go on without a store"));
        await using LoopServer restarted = await StartStore(store.DataDirectory, $"127.0.0.1:{store.Link!.Port}");

        using var again = new LoopApi(restarted.Http);
        await AssertKeptWhole(again, [.. before, .. meanwhile]);
        Assert.Empty(capture.Errors);
        Assert.Empty(restarted.Errors);
    }

    [Fact]
    public async Task StoreFrozen_NeverHoldsTheSendersUp_AndKeepsAllAfterwards()
    {
        await using LoopServer store = await StartStore();
        await using LoopServer capture = await StartCapture(store);
        using var mesh = new FakeMesh(capture.Capture!, Cancellation);
        using var api = new LoopApi(store.Http);
        var sent = new List<FakeConversation>();
        store.Freeze();
        try
        {
            // Each burst returns when every stream of it was taken and ended with OK by the capture side, and the store does not run at all.
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < Frozen)
                sent.AddRange(await mesh.SendMany(20, failEvery: 10).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        }
        finally
        {
            store.Thaw();
        }

        Assert.All(sent, one => Assert.True(one.IsTaken, "a sender was refused while the store was frozen"));
        await AssertKeptWhole(api, sent);
        NodeStatusView node = Assert.Single((await api.Status(Cancellation)).Nodes);
        Assert.Equal(0, node.Counts.GetValueOrDefault("shed"));
        Assert.Equal(0, node.Counts.GetValueOrDefault("faults"));
        Assert.Empty(capture.Errors);
    }

    private static async Task AssertKeptWhole(LoopApi api, IReadOnlyList<FakeConversation> sent)
    {
        Dictionary<string, FakeConversation> failing = sent.Where(one => one.Fails).ToDictionary(one => $"trace:{one.TraceId}");
        IReadOnlyList<ConversationSummary> kept = await api.ListUntil(
            list => list.Count == failing.Count && list.All(one => one.State == ConversationState.Sealed), $"{failing.Count} sealed conversations", Cancellation, limitSeconds: 60);
        foreach (ConversationSummary one in kept)
        {
            FakeConversation expected = failing[one.TraceKey];
            ConversationDetail detail = await api.Show(one.Id, Cancellation);
            Assert.Equal(expected.Hops, detail.Hops.Count);
            foreach (HopView hop in detail.Hops.Where(hop => hop.Request?.BodySha256 is not null))
            {
                int service = int.Parse(hop.Destination.AsSpan("service".Length), System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal(expected.RequestBody(service), await api.Body(one.Id, hop.Id, "request", Cancellation));
            }
        }
    }

    private static Task<LoopServer> StartStore(string? data = null, string link = "127.0.0.1:0") =>
        LoopServer.Start(data, FastTimes.Environment, "--roles", "store", "--link-listen", link);

    private static async Task<LoopServer> StartCapture(LoopServer store)
    {
        LoopServer capture = await LoopServer.Start(null, null, "--roles", "capture", "--node", "node-a", "--store", $"http://{store.Link}");
        using var api = new LoopApi(store.Http);
        await api.StatusUntil(status => status.Nodes.Any(node => node.Connected), "a connected node", Cancellation);
        return capture;
    }
}
