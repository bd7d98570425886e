using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>A server that is killed while it collects, and started again on the same data.</summary>
public sealed class RestartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_DuringCollection_NothingListedIsMissingAndAllIsFinished()
    {
        string data = Directory.CreateTempSubdirectory("loop-test-data-").FullName;
        int port = FreePorts.Take();
        await using ShapedService service = await ShapedService.Start();
        await using RealEnvoy orders = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(EnvoyAddress.Loopback(port), service));
        await using RealEnvoy web = await RealEnvoy.StartAsync(CapturedMesh.OutboundProxy(EnvoyAddress.Loopback(port), EnvoyAddress.Loopback(orders[ListenerDirection.Inbound].Port)));
        using var client = new WireClient();
        Dictionary<string, ConversationSummary> listed = [];
        HashSet<string> sealedBefore = [];
        for (int round = 0; round < 3; round++)
        {
            await using LoopServer server = await Start(data, port);
            using var api = new LoopApi(server.Http);
            await api.CollectorIsUsedBy(orders, Cancellation);
            await api.CollectorIsUsedBy(web, Cancellation);
            TestTrace[] traces = [.. Enumerable.Range(0, 12).Select(_ => TestTrace.New())];
            await Task.WhenAll(traces.Select(trace => client.Post(web[ListenerDirection.Outbound], "orders", "/mirror", trace, new byte[20_000], "application/octet-stream", Cancellation)));

            // At some listed conversation the collection of the others is under way: there it is killed, in each round at another.
            int enough = 1 + (round * 5);
            IReadOnlyList<ConversationSummary> seen = await api.ListUntil(list => list.Count(one => traces.Any(trace => trace.Key == one.TraceKey)) >= enough, $"{enough} of this round", Cancellation);
            await server.Kill();
            foreach (ConversationSummary one in seen)
                listed[one.Id] = one;
        }

        await using LoopServer last = await Start(data, port);
        using var after = new LoopApi(last.Http);
        IReadOnlyList<ConversationSummary> all = await after.ListUntil(list => list.Count > 0 && list.All(one => one.State == ConversationState.Sealed), "all sealed", Cancellation, limitSeconds: 60);

        Assert.Empty(listed.Keys.Except(all.Select(one => one.Id)));
        foreach (ConversationSummary one in all)
        {
            ConversationDetail detail = await after.Show(one.Id, Cancellation);
            Assert.True(listed.TryGetValue(one.Id, out ConversationSummary? before) is false || one.Exchanges >= before!.Exchanges, $"{one.Id} had {before?.Exchanges} exchanges and has {one.Exchanges}");
            Assert.Equal(detail.Hops.Sum(hop => hop.Views.Count) > 0, one.Exchanges > 0);
            foreach (HopView hop in detail.Hops)
                await AssertReadable(after, detail, hop);
            if (detail.Hops.Count == 0 || detail.Hops.Any(hop => hop.Views.Count < 2))
                Assert.Contains(detail.Coherence.Missing, missing => missing.Why == "node restarted");
        }

        Assert.Empty(last.Errors);
        await last.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Stop_OfAServer_LeavesWhatWasKeptAsItWas()
    {
        string data = Directory.CreateTempSubdirectory("loop-test-data-").FullName;
        int port = FreePorts.Take();
        await using ShapedService service = await ShapedService.Start();
        await using RealEnvoy orders = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(EnvoyAddress.Loopback(port), service));
        using var client = new WireClient();
        var trace = TestTrace.New();
        string before;
        byte[] body;
        await using (LoopServer first = await Start(data, port))
        {
            using var api = new LoopApi(first.Http);
            await api.CollectorIsUsedBy(orders, Cancellation);
            await client.Post(orders[ListenerDirection.Inbound], "orders", "/mirror", trace, "keep me"u8.ToArray(), "text/plain", Cancellation);
            ConversationDetail kept = await api.SealedOf(trace, Cancellation);
            (before, body) = (JsonSerializer.Serialize(kept), await api.Body(kept, kept.Hops[0], "response", Cancellation));
            Assert.Equal(0, await first.Stop());
            Assert.Empty(first.Errors);
        }

        await using LoopServer second = await Start(data, port);
        using var again = new LoopApi(second.Http);
        ConversationDetail found = await again.SealedOf(trace, Cancellation);

        Assert.Equal(before, JsonSerializer.Serialize(found));
        Assert.Equal(body, await again.Body(found, found.Hops[0], "response", Cancellation));
        Assert.Empty(second.Errors);
        await second.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    private static Task<LoopServer> Start(string data, int port) => LoopServer.Start(data, null, "--capture-listen", $"127.0.0.1:{port}");

    // Half-written would be a head without its bodies.
    private static async Task AssertReadable(LoopApi api, ConversationDetail conversation, HopView hop)
    {
        if (hop.Request is { BodyKeptBytes: > 0 } request)
            Assert.Equal(request.BodyKeptBytes, (await api.Body(conversation, hop, "request", Cancellation)).Length);
        if (hop.Response is { BodyKeptBytes: > 0 } response)
            Assert.Equal(response.BodyKeptBytes, (await api.Body(conversation, hop, "response", Cancellation)).Length);
    }
}
