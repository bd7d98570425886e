using System.Net;
using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

/// <summary>Failing requests of every shape through real Envoys that stream to ext_proc: what is kept is what crossed the wire.</summary>
public sealed class ExternalProcessorTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>
{
    private const string Json = "application/json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("orders", "1.1")]
    [InlineData("orders-h2", "2.0")]
    public async Task ServerError_WithBodies_IsKeptFromBothSidesAsItWas(string way, string version)
    {
        var trace = TestTrace.New();
        using HttpRequestMessage request = WireClient.Request(mesh.Outbound, way, HttpMethod.Post, "/broken?basket=7", trace);
        request.Version = Version.Parse(version);
        request.Content = new ByteArrayContent("""{"basket":[1,2,3]}"""u8.ToArray()) { Headers = { ContentType = new(Json) } };
        long sentAt = TimeProvider.System.GetTimestamp();

        WireAnswer answer = await mesh.Client.Send(request, Cancellation);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        await mesh.Api.ListedOf(trace, Cancellation);
        TimeSpan listed = TimeProvider.System.GetElapsedTime(sentAt);
        await mesh.Api.ListedOf(trace, Cancellation, one => one is { Hops: 1, Missing: 0, Exchanges: 4 });
        TimeSpan whole = TimeProvider.System.GetElapsedTime(sentAt);
        TestContext.Current.TestOutputHelper?.WriteLine($"listed {listed.TotalSeconds:0.00} s, whole {whole.TotalSeconds:0.00} s after the request was sent (promised on a calm machine: 2 s and 6 s)");
        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal("web → orders POST /broken?basket=7 500", $"{hop.Source} → {hop.Destination} {hop.Request!.Method} {hop.Request.Path} {hop.Response!.Status}");
        Assert.Equal([ExchangeView.Client, ExchangeView.Server], hop.Views.Select(view => view.View));
        Assert.Equal("""{"basket":[1,2,3]}""", await mesh.Api.BodyText(kept, hop, "request", Cancellation));
        Assert.Equal("""{"error":"broken","received":18}""", await mesh.Api.BodyText(kept, hop, "response", Cancellation));
        Assert.Contains(hop.Request.Headers, header => header is ["content-type", Json]);
        Assert.Equal("status 500", kept.Trigger.Reason);
        Assert.True(kept.Coherence.Complete, string.Join(", ", kept.Coherence.Missing));
        Assert.Empty(mesh.Server.Errors);
    }

    [Theory]
    [InlineData("FailInTrailers", 13, "grpc 13 INTERNAL", 12)]
    [InlineData("FailInHeaders", 14, "grpc 14 UNAVAILABLE", 0)]
    public async Task GrpcError_IsKeptThoughItsHttpStatusIs200(string method, int status, string reason, int responseBytes)
    {
        var trace = TestTrace.New();
        using HttpRequestMessage request = WireClient.Request(mesh.Outbound, "orders-h2", HttpMethod.Post, $"/test.Orders/{method}", trace);
        request.Version = HttpVersion.Version20;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Content = new ByteArrayContent(ShapedService.GrpcMessage("order 7")) { Headers = { ContentType = new("application/grpc") } };

        await mesh.Client.Send(request, Cancellation);

        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((200, status, reason, responseBytes), (hop.Response!.Status, hop.Response.GrpcStatus, hop.Failure, hop.Response.BodySizeBytes));
        Assert.Equal(ShapedService.GrpcMessage("order 7"), await mesh.Api.Body(kept, hop, "request", Cancellation));
        IReadOnlyList<string[]> place = method == "FailInTrailers" ? hop.Response.Trailers : hop.Response.Headers;
        Assert.Contains(place, field => field[0] == "grpc-status" && field[1] == $"{status}");
    }

    [Fact]
    public async Task UpstreamReset_BeforeTheResponse_IsKeptWithTheProxysOwnAnswer()
    {
        var trace = TestTrace.New();

        WireAnswer answer = await mesh.Client.Post(mesh.Outbound, "orders", "/reset", trace, "last words"u8.ToArray(), "text/plain", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((503, ExchangeEnd.Complete), (hop.Response!.Status, hop.End));
        Assert.Contains("UC", hop.ResponseFlags);
        Assert.StartsWith("upstream_reset_before_response_started", hop.ResponseCodeDetails);
        Assert.Equal("last words", await mesh.Api.BodyText(kept, hop, "request", Cancellation));
        Assert.Equal(answer.Body, await mesh.Api.Body(kept, hop, "response", Cancellation));
    }

    [Fact]
    public async Task UpstreamReset_InMidResponse_IsKeptAndTheAccessLogNamesTheSide()
    {
        var trace = TestTrace.New();

        await mesh.Client.GetUntilBrokenOff(mesh.Outbound, "orders", $"/half?{trace.TraceId}", trace, () => mesh.Service.BreakOff(trace.TraceId), Cancellation);

        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((200, ExchangeEnd.BrokenOff, BrokenOffBy.Upstream), (hop.Response!.Status, hop.End, hop.BrokenOffBy));
        Assert.Equal("one half", await mesh.Api.BodyText(kept, hop, "response", Cancellation));
    }

    [Fact]
    public async Task Timeout_AtTheCallersProxy_IsA504ThatTheCalleeNeverSent()
    {
        var trace = TestTrace.New();

        WireAnswer answer = await mesh.Client.Post(mesh.Outbound, "hurried", "/hang", trace, "be quick"u8.ToArray(), "text/plain", Cancellation);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((504, "status 504"), (hop.Response!.Status, hop.Failure));
        Assert.Contains("UT", hop.ResponseFlags);
        Assert.Equal([ExchangeView.Client, ExchangeView.Server], hop.Views.Select(view => view.View));
        Assert.Equal("be quick", await mesh.Api.BodyText(kept, hop, "request", Cancellation));
    }

    [Fact]
    public async Task Bodies_Of5MiB_AreCutAtTheLimitMarkedAndCounted()
    {
        const int size = 5 * 1024 * 1024;
        byte[] body = new byte[size];
        new Random(7).NextBytes(body);
        var trace = TestTrace.New();

        WireAnswer answer = await mesh.Client.Post(mesh.Outbound, "orders", "/mirror", trace, body, "application/octet-stream", Cancellation);

        Assert.Equal(size, answer.Body.Length);
        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((size, 1 << 20, true), (hop.Request!.BodySizeBytes, hop.Request.BodyKeptBytes, hop.Request.BodyTruncated));
        Assert.Equal((size, 1 << 20, true), (hop.Response!.BodySizeBytes, hop.Response.BodyKeptBytes, hop.Response.BodyTruncated));
        Assert.Equal(body[..(1 << 20)], await mesh.Api.Body(kept, hop, "response", Cancellation));
        Assert.Equal(["truncated", "truncated"], kept.Coherence.Missing.Select(missing => missing.Why));
    }

    [Fact]
    public async Task CompressedBody_IsStoredAsItCameAndShownDecoded()
    {
        var trace = TestTrace.New();

        WireAnswer answer = await mesh.Client.Get(mesh.Outbound, "orders", "/gzip", trace, Cancellation);

        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        Assert.Equal(answer.Body, await mesh.Api.Body(kept, kept.Hops[0], "response", Cancellation));
        Assert.Equal(ShapedService.GzipText, await mesh.Api.BodyText(kept, kept.Hops[0], "response", Cancellation, decoded: true));
    }

    [Fact]
    public async Task Head_Of500_IsKeptWithoutABody()
    {
        var trace = TestTrace.New();
        using HttpRequestMessage request = WireClient.Request(mesh.Outbound, "orders", HttpMethod.Head, "/broken", trace);

        await mesh.Client.Send(request, Cancellation);

        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal(("HEAD", 500, 0L, false), (hop.Request!.Method, hop.Response!.Status, hop.Response.BodySizeBytes, hop.Response.BodyTruncated));
        Assert.True(kept.Coherence.Complete, string.Join(", ", kept.Coherence.Missing));
    }

    [Fact]
    public async Task RetryThatHidesAFailure_IsKeptAsRecoveredInOneHop()
    {
        var trace = TestTrace.New();

        WireAnswer answer = await mesh.Client.Get(mesh.Outbound, "retried", $"/flaky?{trace.TraceId}", trace, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((true, true, 2, 200, (string?)null), (kept.Recovered, hop.Recovered, hop.Attempts, hop.Response!.Status, hop.Failure));
        Assert.Equal([(ExchangeView.Client, 200), (ExchangeView.Server, 503), (ExchangeView.Server, 200)], hop.Views.Select(view => (view.View, view.Status!.Value)));
        Assert.True((await mesh.Api.ListedOf(trace, Cancellation)).Recovered);
    }

    [Fact]
    public async Task EdgeListener_IsTheRootOfTheConversation()
    {
        var trace = TestTrace.New();

        await mesh.Client.Get(mesh.Edge, "shop.example", "/broken", trace, Cancellation);

        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal([ExchangeView.Edge, ExchangeView.Server], hop.Views.Select(view => view.View));
        Assert.Equal(("root", "orders"), (hop.JoinedBy, hop.Destination));
        Assert.True(kept.Coherence.Complete, string.Join(", ", kept.Coherence.Missing));
    }

    [Fact]
    public async Task CalleeThatCannotBeReached_IsKeptAlsoWithTheRequestBodyUnread()
    {
        var trace = TestTrace.New();
        await using ShapedService gone = await ShapedService.Start();
        Loop.EnvoyConfig.EnvoyAddress nobody = gone.Http1;
        await gone.DisposeAsync();
        await using var envoy = await Loop.Testing.Envoy.RealEnvoy.StartAsync(
            CapturedMesh.OutboundProxy(Loop.EnvoyConfig.EnvoyAddress.Loopback(mesh.Server.Capture!.Port), nobody) with { Service = "lonely" });

        WireAnswer answer = await mesh.Client.Post(envoy[Loop.EnvoyConfig.ListenerDirection.Outbound], "orders", "/healthy", trace, Encoding.ASCII.GetBytes("anybody?"), "text/plain", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        ConversationDetail kept = await mesh.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal(("lonely", 503), (hop.Source, hop.Response!.Status));
        Assert.Contains("UF", hop.ResponseFlags);
    }
}
