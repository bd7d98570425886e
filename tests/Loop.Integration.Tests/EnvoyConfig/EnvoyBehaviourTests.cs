using System.Net;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Loop.Integration.Tests.EnvoyConfig;

/// <summary>What a request meets on its way through a generated proxy. Nobody listens at the collector's address in any of these tests.</summary>
public sealed class EnvoyBehaviourTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inbound_RequestWithoutTrace_ReachesTheServiceWithTraceAndRequestId()
    {
        await using EchoApplication service = await EchoApplication.StartAsync(Ok);
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(service.Address, ListenerDirection.Inbound));

        await SendAsync(envoy[ListenerDirection.Inbound]);

        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", service.Received.Single()["traceparent"].ToString());
        Assert.Matches("^[0-9a-f-]{36}$", service.Received.Single()["x-request-id"].ToString());
    }

    [Fact]
    public async Task Inbound_RequestWithTrace_KeepsTheTraceAndGetsASpanOfItsOwn()
    {
        await using EchoApplication service = await EchoApplication.StartAsync(Ok);
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(service.Address, ListenerDirection.Inbound));

        await SendAsync(envoy[ListenerDirection.Inbound], ("traceparent", Parent));

        string received = service.Received.Single()["traceparent"].ToString();
        Assert.Equal(Parent[..35], received[..35]);
        Assert.NotEqual(Parent, received);
    }

    [Fact]
    public async Task Inbound_WithTracingOff_PassesTheTraceOnUnchanged()
    {
        await using EchoApplication service = await EchoApplication.StartAsync(Ok);
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(service.Address, ListenerDirection.Inbound) with { Tracing = false });

        await SendAsync(envoy[ListenerDirection.Inbound], ("traceparent", Parent));

        Assert.Equal(Parent, service.Received.Single()["traceparent"].ToString());
    }

    [Theory]
    [InlineData(ListenerDirection.Inbound, true)]
    [InlineData(ListenerDirection.Outbound, true)]
    [InlineData(ListenerDirection.Edge, false)]
    public async Task Listener_RequestWithAnIdOfItsOwn_IsBelievedOnlyInsideTheMesh(ListenerDirection direction, bool kept)
    {
        await using EchoApplication service = await EchoApplication.StartAsync(Ok);
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(service.Address, direction));

        await SendAsync(envoy[direction], ("x-request-id", "my-own-id"));

        Assert.Equal(kept, service.Received.Single()["x-request-id"].ToString() is "my-own-id");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Inbound_ChunkedResponseWithTrailers_KeepsThem(string version)
    {
        await using RawApplication service = new("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n4\r\ndata\r\n0\r\nx-sum: 42\r\n\r\n");
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(service.Address, ListenerDirection.Inbound));

        Assert.Equal(("data", "42"), await BodyAndSumAsync(envoy[ListenerDirection.Inbound], Version.Parse(version)));
    }

    [Fact]
    public async Task Inbound_Http2ResponseWithTrailers_KeepsThem()
    {
        await using EchoApplication service = await EchoApplication.StartAsync(AnswerWithTrailer, HttpProtocols.Http2);
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(service.Address, ListenerDirection.Inbound, route => route with { Protocol = UpstreamProtocol.Http2 }));

        Assert.Equal(("data", "42"), await BodyAndSumAsync(envoy[ListenerDirection.Inbound], HttpVersion.Version20));
    }

    [Fact]
    public async Task Outbound_WithRetries_TellsTheServiceWhichAttemptItSees()
    {
        await using EchoApplication service = await EchoApplication.StartAsync((call, context) =>
        {
            context.Response.StatusCode = call < 3 ? 503 : 200;
            return Task.CompletedTask;
        });
        EnvoyProxyConfig config = Proxy(service.Address, ListenerDirection.Outbound, route => route with { Retry = new RetryConfig(2) });
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(config with { CaptureAttempts = true });

        HttpStatusCode status = await SendAsync(envoy[ListenerDirection.Outbound]);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["1", "2", "3"], service.Received.Select(headers => headers["x-envoy-attempt-count"].ToString()));
    }

    [Fact]
    public async Task Outbound_ServiceThatDoesNotAnswer_IsGivenUpAtTheRoutesTimeLimit()
    {
        await using EchoApplication service = await EchoApplication.StartAsync((_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        EnvoyProxyConfig config = Proxy(service.Address, ListenerDirection.Outbound, route => route with { Timeout = TimeSpan.FromMilliseconds(100) });
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(config);

        Assert.Equal(HttpStatusCode.GatewayTimeout, await SendAsync(envoy[ListenerDirection.Outbound]));
    }

    [Fact]
    public async Task Start_OnAPortThatAnotherEnvoyHas_FailsAndSaysSo()
    {
        await using EchoApplication service = await EchoApplication.StartAsync(Ok);
        await using RealEnvoy first = await RealEnvoy.StartAsync(Proxy(service.Address, ListenerDirection.Inbound));
        EnvoyAddress taken = EnvoyAddress.Loopback(first[ListenerDirection.Inbound].Port);

        EnvoyFailedException failure = await Assert.ThrowsAsync<EnvoyFailedException>(async () =>
            await RealEnvoy.StartAsync(EnvoyVariants.Plain with { Listeners = [ListenerConfig.Inbound(taken, "orders", service.Address)] }));

        Assert.Contains("Address already in use", failure.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TapFiles_OneExchange_IsOneFileNamedAfterServiceAndDirection()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("loop-test-tap-");
        await using EchoApplication service = await EchoApplication.StartAsync(Ok);
        EnvoyProxyConfig config = Proxy(service.Address, ListenerDirection.Inbound) with { Capture = CaptureKind.TapFiles, TapDirectory = directory.FullName };
        await using (RealEnvoy envoy = await RealEnvoy.StartAsync(config))
            await SendAsync(envoy[ListenerDirection.Inbound]);

        Assert.Matches(@"^orders-inbound_\d+\.pb$", Assert.Single(directory.GetFiles()).Name);
        directory.Delete(recursive: true);
    }

    private static EnvoyProxyConfig Proxy(EnvoyAddress service, ListenerDirection direction, Func<RouteConfig, RouteConfig>? change = null)
    {
        ListenerConfig listener = ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", service) with { Direction = direction };
        return new EnvoyProxyConfig
        {
            Service = "orders",
            Collector = EnvoyAddress.Loopback(1),
            Listeners = [change is null ? listener : listener with { Routes = [change(listener.Routes[0])] }],
        };
    }

    private static async Task<HttpStatusCode> SendAsync(Uri target, params (string Name, string Value)[] headers)
    {
        using HttpClient client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        using HttpRequestMessage request = new(HttpMethod.Get, target);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private static async Task<(string Body, string Sum)> BodyAndSumAsync(Uri target, Version version)
    {
        using HttpClient client = new() { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await client.GetAsync(target, Cancellation);
        return (await response.Content.ReadAsStringAsync(Cancellation), response.TrailingHeaders.GetValues("x-sum").Single());
    }

    private static Task Ok(int call, HttpContext context) => context.Response.WriteAsync("ok");

    private static async Task AnswerWithTrailer(int call, HttpContext context)
    {
        context.Response.DeclareTrailer("x-sum");
        await context.Response.WriteAsync("data");
        context.Response.AppendTrailer("x-sum", "42");
    }
}
