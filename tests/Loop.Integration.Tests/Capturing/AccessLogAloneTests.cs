using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

public sealed class AccessLogAloneTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/broken", 500, "status 500")]
    [InlineData("/reset", 503, "status 503")]
    public async Task FailingExchange_WithoutAnyInputForBodies_IsKeptWithItsHeadersAlone(string path, int status, string reason)
    {
        await using LoopServer server = await LoopServer.Start();
        await using ShapedService service = await ShapedService.Start();
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(EnvoyAddress.Loopback(server.Capture!.Port), service) with { Capture = CaptureKind.None });
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(envoy, Cancellation);
        var trace = TestTrace.New();

        await client.Post(envoy[ListenerDirection.Inbound], "orders", path, trace, "lost"u8.ToArray(), "text/plain", Cancellation);

        ConversationDetail kept = await api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal(("POST", path, status, reason), (hop.Request!.Method, hop.Request.Path, hop.Response!.Status, hop.Failure));
        Assert.Equal(CaptureInput.AccessLog, Assert.Single(hop.Views).Input);
        Assert.Equal("orders", hop.Destination);
        Assert.NotNull(hop.DurationMs);
        Assert.Null(hop.Request.BodySha256);
        Assert.Empty(server.Errors);
    }
}
