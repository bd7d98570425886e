using System.Net;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Nodes;

/// <summary>Two capture processes, each with Envoys of its own, and one store process: a conversation that crosses both is whole.</summary>
public sealed class TwoNodesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversation_AcrossTwoNodesAndBack_HasAllHops()
    {
        _ = RequireReal.EnvoyBinary();
        await using Cluster cluster = await Cluster.Start();
        using var client = new WireClient();
        await using ShapedService payments = await ShapedService.Start();
        await using RealEnvoy paymentsProxy = await cluster.Proxy(cluster.NodeA, "payments", ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "payments", payments.Http1));
        await using RealEnvoy ordersOut = await cluster.Proxy(cluster.NodeB, "orders", To(paymentsProxy, "payments"));
        await using ShapedService orders = await ShapedService.Start(context => Relay(context, client, ordersOut, "payments", "/broken", context.Request.Headers["traceparent"].ToString(), context.Request.Headers["x-request-id"].ToString()));
        await using RealEnvoy ordersIn = await cluster.Proxy(cluster.NodeB, "orders", ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", orders.Http1));
        await using RealEnvoy web = await cluster.Proxy(cluster.NodeA, "web", To(ordersIn, "orders"));
        var trace = TestTrace.New();

        WireAnswer answer = await client.Get(web[ListenerDirection.Outbound], "orders", "/checkout", trace, Cancellation);

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        ConversationDetail kept = await cluster.Api.SealedOf(trace, Cancellation);
        Assert.Equal(["web → orders 502", "orders → payments 500"], kept.Hops.Select(hop => $"{hop.Source} → {hop.Destination} {hop.Response!.Status}"));
        Assert.Equal(["node-a/client", "node-b/server", "node-b/client", "node-a/server"], kept.Hops.SelectMany(hop => hop.Views).Select(view => $"{view.ExchangeId.Split('/')[0]}/{view.View.ToString().ToLowerInvariant()}"));
        Assert.Equal(kept.Hops[1].Id, kept.OriginHopId);
        Assert.Equal(kept.Hops[0].Id, kept.Hops[1].ParentId);
        Assert.True(kept.Coherence.Complete, string.Join(", ", kept.Coherence.Missing));
        cluster.AssertNoErrors();
    }

    [Fact]
    public async Task Control_OfAFailureThatCrossedBothNodes_HasItsHopsOfBoth()
    {
        _ = RequireReal.EnvoyBinary();
        await using Cluster cluster = await Cluster.Start();
        using var client = new WireClient();
        await using ShapedService payments = await ShapedService.Start();
        await using RealEnvoy paymentsProxy = await cluster.Proxy(cluster.NodeA, "payments", ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "payments", payments.Http1));
        await using RealEnvoy ordersOut = await cluster.Proxy(cluster.NodeB, "orders", To(paymentsProxy, "payments"));
        await using ShapedService orders = await ShapedService.Start(context => Relay(
            context, client, ordersOut, "payments", context.Request.Query.ContainsKey("fail") ? "/broken" : "/healthy", context.Request.Headers["traceparent"].ToString(), context.Request.Headers["x-request-id"].ToString()));
        await using RealEnvoy ordersIn = await cluster.Proxy(cluster.NodeB, "orders", ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", orders.Http1));
        var healthy = TestTrace.New();
        var failing = TestTrace.New();
        await client.Get(ordersIn[ListenerDirection.Inbound], "orders", "/checkout/1", healthy, Cancellation);
        await cluster.Api.StatusUntil(status => status.Nodes.Sum(node => node.Counts.GetValueOrDefault("completed")) >= 3, "three views of the healthy request", Cancellation);
        await client.Get(ordersIn[ListenerDirection.Inbound], "orders", "/checkout/2?fail", failing, Cancellation);

        ConversationDetail failed = await cluster.Api.SealedOf(failing, Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        for (limit.CancelAfter(TimeSpan.FromSeconds(60)); failed.ControlId is null; failed = await cluster.Api.Show(failed.Id, limit.Token))
            await Task.Delay(100, limit.Token);
        ConversationDetail control = await cluster.Api.Show(failed.ControlId, Cancellation);
        Assert.Equal(healthy.Key, control.TraceKey);
        Assert.Equal(["node-b/server", "node-b/client", "node-a/server"], control.Hops.SelectMany(hop => hop.Views).Select(view => $"{view.ExchangeId.Split('/')[0]}/{view.View.ToString().ToLowerInvariant()}"));
        cluster.AssertNoErrors();
    }

    [Fact]
    public async Task Edge_WithoutTracingWhoseFirstServiceStartsTheTrace_IsOneConversationWithAllHops()
    {
        _ = RequireReal.EnvoyBinary();
        await using Cluster cluster = await Cluster.Start();
        using var client = new WireClient();
        var own = TestTrace.New();
        await using ShapedService orders = await ShapedService.Start();
        await using RealEnvoy ordersIn = await cluster.Proxy(cluster.NodeB, "orders", ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", orders.Http1));
        await using RealEnvoy webOut = await cluster.Proxy(cluster.NodeB, "web", To(ordersIn, "orders"));
        string received = "";
        await using ShapedService web = await ShapedService.Start(context =>
        {
            received = context.Request.Headers["x-request-id"].ToString();
            Assert.Empty(context.Request.Headers["traceparent"].ToString());
            return Relay(context, client, webOut, "orders", "/broken", own.TraceParent, received);
        });
        await using RealEnvoy gateway = await cluster.Proxy(
            cluster.NodeA,
            "gateway",
            new ListenerConfig { Direction = ListenerDirection.Edge, Listen = EnvoyAddress.Loopback(0), Routes = [new RouteConfig { Name = "web", Target = web.Http1 }] },
            tracing: false);

        await client.Get(gateway[ListenerDirection.Edge], "shop.example", "/", null, Cancellation);

        IReadOnlyList<ConversationSummary> list = await cluster.Api.ListUntil(
            all => all is [{ State: ConversationState.Sealed, Hops: 2 }], "one conversation of two hops", Cancellation);
        ConversationDetail kept = await cluster.Api.Show(list[0].Id, Cancellation);
        Assert.Equal(["gateway → shop.example 502", "web → orders 500"], kept.Hops.Select(hop => $"{hop.Source} → {hop.Destination} {hop.Response!.Status}"));
        Assert.Contains(own.Key, kept.Keys);
        Assert.Contains(TraceKey.FromRequestId(received)!.Value.ToString(), kept.Keys);
        Assert.Equal(["node-a", "node-b", "node-b"], kept.Hops.SelectMany(hop => hop.Views).Select(view => view.ExchangeId.Split('/')[0]));
        cluster.AssertNoErrors();
    }

    [Fact]
    public async Task Status_OfACluster_NamesBothNodesAndTheOneThatIsGone()
    {
        await using Cluster cluster = await Cluster.Start();

        await cluster.NodeB.Kill();

        SystemStatus status = await cluster.Api.StatusUntil(one => one.Nodes.Count(node => node.Connected) == 1, "one node connected", Cancellation);
        Assert.Equal([("node-a", true), ("node-b", false)], status.Nodes.Select(node => (node.Node, node.Connected)));
        Assert.Contains(status.Problems, problem => problem.Contains("node-b", StringComparison.Ordinal));
    }

    private static ListenerConfig To(RealEnvoy proxy, string service) => ListenerConfig.Outbound(
        EnvoyAddress.Loopback(0), new Dictionary<string, EnvoyAddress> { [service] = EnvoyAddress.Loopback(proxy[ListenerDirection.Inbound].Port) });

    private static async Task Relay(HttpContext context, WireClient client, RealEnvoy outbound, string host, string path, string traceParent, string requestId)
    {
        using HttpRequestMessage request = WireClient.Request(outbound[ListenerDirection.Outbound], host, HttpMethod.Get, path, null);
        request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        request.Headers.TryAddWithoutValidation("x-request-id", requestId);
        WireAnswer answer = await client.Send(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.Status < 500 ? 200 : 502;
    }

    private sealed class Cluster(LoopServer store, LoopServer nodeA, LoopServer nodeB) : IAsyncDisposable
    {
        public LoopServer NodeA => nodeA;

        public LoopServer NodeB => nodeB;

        public LoopApi Api { get; } = new(store.Http);

        public static async Task<Cluster> Start()
        {
            LoopServer store = await LoopServer.Start(null, null, "--roles", "store");
            string link = $"http://{store.Link}";
            var cluster = new Cluster(
                store,
                await LoopServer.Start(null, null, "--roles", "capture", "--node", "node-a", "--store", link),
                await LoopServer.Start(null, null, "--roles", "capture", "--node", "node-b", "--store", link));
            await cluster.Api.StatusUntil(status => status.Ready && status.Nodes.Count(node => node.Connected) == 2, "two nodes connected", Cancellation);
            return cluster;
        }

        public async Task<RealEnvoy> Proxy(LoopServer node, string service, ListenerConfig listener, bool tracing = true)
        {
            RealEnvoy envoy = await RealEnvoy.StartAsync(new EnvoyProxyConfig { Service = service, Collector = EnvoyAddress.Loopback(node.Capture!.Port), Listeners = [listener], Tracing = tracing });
            await Api.CollectorIsUsedBy(envoy, Cancellation);
            return envoy;
        }

        public void AssertNoErrors()
        {
            Assert.Empty(store.Errors);
            Assert.Empty(nodeA.Errors);
            Assert.Empty(nodeB.Errors);
        }

        public async ValueTask DisposeAsync()
        {
            Api.Dispose();
            await nodeB.DisposeAsync();
            await nodeA.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}
