using System.Net;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

/// <summary>A capture filter at the cluster shows each try of a call, also where nothing captures the callee's side.</summary>
public sealed class AttemptsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RetryThatHidesAFailure_SeenByTheCallersProxyAlone_IsKeptAsRecoveredInOneHop()
    {
        await using LoopServer server = await LoopServer.Start();
        await using ShapedService service = await ShapedService.Start();
        await using RealEnvoy web = await RealEnvoy.StartAsync(
            CapturedMesh.OutboundProxy(EnvoyAddress.Loopback(server.Capture!.Port), service.Http1) with { CaptureAttempts = true });
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(web, Cancellation);
        var trace = TestTrace.New();

        WireAnswer answer = await client.Get(web[ListenerDirection.Outbound], "retried", $"/flaky?{trace.TraceId}", trace, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        ConversationDetail kept = await api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((true, 2, 200, (string?)null), (hop.Recovered, hop.Attempts, hop.Response!.Status, hop.Failure));
        Assert.Equal(
            [(ExchangeView.Client, 200, (int?)null), (ExchangeView.Attempt, 503, 1), (ExchangeView.Attempt, 200, 2)],
            hop.Views.Select(view => (view.View, view.Status!.Value, view.Attempt)));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task ClientThatGivesUp_WithTriesCaptured_DoesNotTrigger()
    {
        await using LoopServer server = await LoopServer.Start();
        await using ShapedService service = await ShapedService.Start();
        await using RealEnvoy web = await RealEnvoy.StartAsync(
            CapturedMesh.OutboundProxy(EnvoyAddress.Loopback(server.Capture!.Port), service.Http1) with { CaptureAttempts = true });
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(web, Cancellation);
        var (trace, last) = (TestTrace.New(), TestTrace.New());
        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            Task<WireAnswer> waiting = client.Get(web[ListenerDirection.Outbound], "retried", "/hang", trace, leaving.Token);
            await api.StatusUntil(status => status.Nodes.Sum(node => node.OpenExchanges) >= 2, "the call and its first try in progress", Cancellation);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await client.Get(web[ListenerDirection.Outbound], "orders", "/broken", last, Cancellation);
        await api.SealedOf(last, Cancellation);
        HopView hop = Assert.Single((await api.KeptByHand(trace, Cancellation)).Hops);

        Assert.Equal((BrokenOffBy.Client, (string?)null), (hop.BrokenOffBy, hop.Failure));
        Assert.Equal([ExchangeView.Client, ExchangeView.Attempt], hop.Views.Select(view => view.View));
    }
}
