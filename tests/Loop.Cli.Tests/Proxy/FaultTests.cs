using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Loop.Cli.Proxy;
using Loop.EnvoyConfig.Running;
using Loop.Protocols.Envoy.Data.Accesslog.V3;

namespace Loop.Cli.Tests.Proxy;

public sealed class FaultTests
{
    [Fact]
    public async Task Upstream_Refusing_Gives503WithFlagUF()
    {
        int free = FreePorts.Take();
        await using ProxyRig rig = await ProxyRig.Start(options => options with { Routes = new RouteTable([], new ProxyRoute("web", new Uri($"http://127.0.0.1:{free}"))) });
        using HttpResponseMessage response = await rig.Client.PostAsync("/ok", new ByteArrayContent(new byte[10]));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        SideStreamSeen seen = await rig.Collector.Ended("/ok");
        Assert.Equal((503.0, 32.0), (seen.ResponseAttributes.Fields["response.code"].NumberValue, seen.ResponseAttributes.Fields["response.flags"].NumberValue));
        Assert.Equal("upstream_reset_before_response_started{remote_connection_failure|ConnectionRefused}", seen.ResponseAttributes.Fields["response.code_details"].StringValue);
        Assert.EndsWith("Rb$", seen.Sequence, StringComparison.Ordinal);
        HTTPAccessLogEntry entry = await rig.Collector.Logged("/ok");
        Assert.True(entry.CommonProperties.ResponseFlags.UpstreamConnectionFailure);
    }

    [Fact]
    public async Task Upstream_HangingUpBeforeItsAnswer_Gives503WithFlagUC()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using HttpResponseMessage response = await rig.Client.GetAsync("/reset-before");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        SideStreamSeen seen = await rig.Collector.Ended("/reset-before");
        Assert.Equal(64, seen.ResponseAttributes.Fields["response.flags"].NumberValue);
        Assert.True((await rig.Collector.Logged("/reset-before")).CommonProperties.ResponseFlags.UpstreamConnectionTermination);
    }

    [Fact]
    public async Task Upstream_ResettingAnHttp2Stream_GivesGrpcUnavailableWithFlagUR()
    {
        await using ProxyRig rig = await ProxyRig.Start(isHttp2: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/reset-before")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0]) { Headers = { ContentType = new("application/grpc") } },
        };
        using HttpResponseMessage response = await rig.Client.SendAsync(request);
        Assert.Equal(new ResponseFlags { UpstreamRemoteReset = true }, (await rig.Collector.Logged("/reset-before")).CommonProperties.ResponseFlags);
        Assert.Equal("14", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Upstream_BreakingOffItsBody_BreaksTheCallersTooAndShowsNoEnd()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using HttpResponseMessage response = await rig.Client.GetAsync("/reset-mid", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[8]);
        rig.Upstream.HalfSeen.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
        SideStreamSeen seen = await rig.Collector.Ended("/reset-mid");
        Assert.Equal("Qh$ Rh Rb(8)", seen.Sequence);
        Assert.False(seen.WasCut);
        HTTPAccessLogEntry entry = await rig.Collector.Logged("/reset-mid");
        Assert.True(entry.CommonProperties.ResponseFlags.UpstreamConnectionTermination);
        Assert.Equal((200u, "upstream_reset_after_response_started{connection_termination}"), (entry.Response.ResponseCode, entry.Response.ResponseCodeDetails));
    }

    [Fact]
    public async Task Upstream_TooSlow_Gives504WithFlagUT()
    {
        await using ProxyRig rig = await ProxyRig.Start(options => options with { ResponseTimeout = TimeSpan.FromMilliseconds(300) });
        using HttpResponseMessage response = await rig.Client.GetAsync("/hang");
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        SideStreamSeen seen = await rig.Collector.Ended("/hang");
        Assert.Equal((4.0, "response_timeout"), (seen.ResponseAttributes.Fields["response.flags"].NumberValue, seen.ResponseAttributes.Fields["response.code_details"].StringValue));
    }

    [Fact]
    public async Task Client_GivingUp_IsToldInTheLogAndEndsTheStreamWell()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using var giveUp = new CancellationTokenSource();
        Task<HttpResponseMessage> asking = rig.Client.GetAsync("/hang", giveUp.Token);
        await rig.Upstream.Hanging.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        HTTPAccessLogEntry entry = await rig.Collector.Logged("/hang");
        Assert.True(entry.CommonProperties.ResponseFlags.DownstreamConnectionTermination);
        Assert.Equal((0u, "downstream_remote_disconnect"), (entry.Response.ResponseCode, entry.Response.ResponseCodeDetails));
        SideStreamSeen seen = await rig.Collector.Ended("/hang");
        Assert.Equal(("Qh$", false), (seen.Sequence, seen.WasCut));
    }

    [Fact]
    public async Task Collector_Down_IsCountedAndNoRequestFails()
    {
        int free = FreePorts.Take();
        await using ProxyRig rig = await ProxyRig.Start(options => options with { Collector = new Uri($"http://127.0.0.1:{free}") });
        for (int number = 0; number < 20; number++)
            Assert.Equal("hello", await rig.Client.GetStringAsync($"/ok/{number}"));
        await rig.Proxy.DisposeAsync();
        Assert.Equal(20, rig.Proxy.Losses.Where(loss => loss.Key.StartsWith("exchanges", StringComparison.Ordinal)).Sum(loss => loss.Value));
        Assert.Equal(0, rig.Proxy.WaitingBytes);
    }

    [Fact]
    public async Task Collector_ThatNeverReads_HoldsNoRequestAndNoMemory()
    {
        const int budget = 4 * 1024 * 1024;
        await using ProxyRig rig = await ProxyRig.Start(options => options with { Limits = options.Limits with { WaitingBytes = budget } }, isFrozen: true);
        byte[] body = new byte[1024 * 1024];
        for (int number = 0; number < 40; number++)
        {
            using HttpResponseMessage response = await rig.Client.PostAsync($"/swallow/{number}", new ByteArrayContent(body));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(rig.Proxy.WaitingBytes <= budget, $"{rig.Proxy.WaitingBytes} bytes wait");
        }

        Assert.NotEmpty(rig.Proxy.Losses);
    }

    [Fact]
    public async Task Collector_ThatAcceptsAndSaysNothing_HoldsNoRequest()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using ProxyRig rig = await ProxyRig.Start(options => options with { Collector = new Uri($"http://{silent.LocalEndpoint}"), Limits = options.Limits with { OpenStreams = 5 } });
        for (int number = 0; number < 20; number++)
            Assert.Equal("hello", await rig.Client.GetStringAsync($"/ok/{number}"));
        Assert.Equal(15, rig.Proxy.Losses["exchanges (collector too slow)"]);
    }

    [Fact]
    public async Task Collector_ComingBack_IsToldAgain()
    {
        await using ProxyRig rig = await ProxyRig.Start(options => options with { Limits = options.Limits with { RetryPause = TimeSpan.FromMilliseconds(50) } });
        await rig.Client.GetStringAsync("/ok/before");
        await rig.Collector.Ended("/ok/before");
        int port = rig.Collector.Url.Port;
        await rig.Collector.DisposeAsync();
        Assert.Equal("hello", await rig.Client.GetStringAsync("/ok/between"));
        await using FakeCollector again = await FakeCollector.Start(port: port);
        for (int number = 0; again.Streams.IsEmpty; number++)
        {
            Assert.True(number < 500, "no stream reached the collector that came back");
            Assert.Equal("hello", await rig.Client.GetStringAsync($"/ok/after/{number}"));
            await Task.WhenAny(again.Until(() => !again.Streams.IsEmpty, "a stream"), Task.Delay(20));
        }
    }
}
