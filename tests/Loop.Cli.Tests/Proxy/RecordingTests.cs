using System.Net;
using System.Net.Http;
using System.Net.WebSockets;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Loop.Cli.Proxy;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Cli.Tests.Proxy;

public sealed class RecordingTests
{
    [Fact]
    public async Task Get_ThroughTheProxy_IsToldAsAnEnvoyTellsIt()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using HttpResponseMessage response = await rig.Client.GetAsync("/ok?a=b");
        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        SideStreamSeen seen = await rig.Collector.Ended("/ok?a=b");
        Assert.Equal("Qh$ Rh Rb(5) Rb$", seen.Sequence);
        Assert.Equal(["web", "inbound", "web-1", "shop"], new[] { "service", "direction", "instance", "namespace" }.Select(name => seen.Metadata.GetValue("x-loop-" + name)));
        Assert.All(seen.Messages, message => Assert.True(message.ObservabilityMode));
        HTTPAccessLogEntry entry = await rig.Collector.Logged("/ok?a=b");
        Assert.Equal((200u, "via_upstream", 1, seen.Field("x-request-id")), (entry.Response.ResponseCode, entry.Response.ResponseCodeDetails, entry.Request.RequestMethod, entry.Request.RequestId));
        Assert.Null(entry.CommonProperties.ResponseFlags);
        Assert.Equal("loop-web-inbound", rig.Collector.Log.First().Identifier.LogName);
    }

    [Fact]
    public async Task Get_Recorded_HasTheAttributesOfARealEnvoy()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        await rig.Client.GetStringAsync("/ok");
        SideStreamSeen seen = await rig.Collector.Ended("/ok");
        SideStreamSeen envoy = Recording("get-200");
        string[] unknownHere = ["connection.id"];
        Assert.DoesNotContain(Kinds(envoy.RequestAttributes).Except(Kinds(seen.RequestAttributes)), kind => !unknownHere.Contains(kind.Split(' ')[0]));
        Assert.Empty(Kinds(envoy.ResponseAttributes).Except(Kinds(seen.ResponseAttributes)));
        Assert.Equal(envoy.RequestAttributes.Fields["request.time"].StringValue.Length, seen.RequestAttributes.Fields["request.time"].StringValue.Length);
        Assert.Equal([":authority", ":path", ":method", ":scheme"], seen.Messages.First().RequestHeaders.Headers.Headers.Take(4).Select(header => header.Key));
    }

    [Fact]
    public async Task Post_InChunks_IsForwardedAndToldWhole()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        byte[] body = [.. Enumerable.Range(0, 300_000).Select(value => (byte)value)];
        using var content = new StreamContent(new MemoryStream(body));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = content, Headers = { TransferEncodingChunked = true } };
        using HttpResponseMessage response = await rig.Client.SendAsync(request);
        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
        SideStreamSeen seen = await rig.Collector.Ended("/echo");
        Assert.Equal(body, seen.RequestBody);
        Assert.Equal(body, seen.ResponseBody);
        Assert.EndsWith("Rb$", seen.Sequence, StringComparison.Ordinal);
        HTTPAccessLogEntry entry = await rig.Collector.Logged("/echo");
        Assert.Equal((300_000ul, 300_000ul), (entry.Request.RequestBodyBytes, entry.Response.ResponseBodyBytes));
    }

    [Fact]
    public async Task Grpc_OverHttp2_KeepsItsTrailers()
    {
        await using ProxyRig rig = await ProxyRig.Start(isHttp2: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/grpc")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 1, 7]) { Headers = { ContentType = new("application/grpc") } },
        };
        using HttpResponseMessage response = await rig.Client.SendAsync(request);
        Assert.Equal(8, (await response.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal("13", response.TrailingHeaders.GetValues("grpc-status").Single());
        SideStreamSeen seen = await rig.Collector.Ended("/grpc");
        Assert.Equal("Qh Qb(6) Qb$ Rh Rb(8) Rt", seen.Sequence);
        Assert.Equal(("13", "HTTP/2"), (seen.Trailer("grpc-status"), seen.RequestAttributes.Fields["request.protocol"].StringValue));
        Assert.Equal("13", (await rig.Collector.Logged("/grpc")).Response.ResponseTrailers["grpc-status"]);
    }

    [Theory]
    [InlineData("HEAD", "/ok")]
    [InlineData("GET", "/nothing")]
    public async Task Answer_WithoutABody_EndsWithItsHeaders(string method, string path)
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using HttpResponseMessage response = await rig.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal("Qh$ Rh$", (await rig.Collector.Ended(path)).Sequence);
    }

    [Fact]
    public async Task Request_WithoutARequestId_GetsOneThatAllSee()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        string[] told = (await rig.Client.GetStringAsync("/headers/a%2Fb%20c?x=%7B%7d")).Split(' ');
        SideStreamSeen seen = await rig.Collector.Ended("/headers/a%2Fb%20c?x=%7B%7d");
        Assert.Equal("/headers/a%2Fb%20c?x=%7B%7d", told[0]);
        Assert.Equal(rig.Proxy.Address.Authority, told[1]);
        Assert.Equal(seen.Field("x-request-id"), told[2]);
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", told[2]);
        Assert.Equal("", told[3]);
    }

    [Fact]
    public async Task Request_WithItsOwnIdentity_KeepsIt()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/headers");
        request.Headers.Add("x-request-id", "my-own-id");
        request.Headers.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        request.Headers.Host = "web.shop";
        using HttpResponseMessage response = await rig.Client.SendAsync(request);
        Assert.Equal("/headers web.shop my-own-id 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", await response.Content.ReadAsStringAsync());
        Assert.Equal("web.shop", (await rig.Collector.Ended("/headers")).Field(":authority"));
    }

    [Fact]
    public async Task Requests_AtOnce_AreLoggedAfterTheirParts()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        rig.Collector.EndPause = TimeSpan.FromMilliseconds(300);
        string[] paths = [.. Enumerable.Range(0, 24).Select(number => $"/who/{number}")];
        await Task.WhenAll(paths.Select(path => rig.Client.GetStringAsync(path)));
        foreach (string path in paths)
            await rig.Collector.Logged(path);
        Assert.Empty(rig.Collector.EarlyLog);
    }

    [Fact]
    public async Task Requests_AtOnce_EachTellTheConnectionTheyUsed()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        string[] paths = [.. Enumerable.Range(0, 24).Select(number => $"/who/{number}")];
        string[] ports = await Task.WhenAll(paths.Select(path => rig.Client.GetStringAsync(path)));
        for (int index = 0; index < paths.Length; index++)
        {
            SideStreamSeen seen = await rig.Collector.Ended(paths[index]);
            Assert.Equal($"127.0.0.1:{ports[index]}", seen.ResponseAttributes.Fields["upstream.local_address"].StringValue);
            Assert.Equal(rig.Upstream.Http1.Authority, seen.ResponseAttributes.Fields["upstream.address"].StringValue);
        }
    }

    [Fact]
    public async Task WebSocket_ThroughTheProxy_IsToldAsChunksWithoutAnEnd()
    {
        await using ProxyRig rig = await ProxyRig.Start();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{rig.Proxy.Address.Authority}/ws"), CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes("ping"), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        byte[] answer = new byte[10];
        Assert.Equal(4, (await socket.ReceiveAsync(answer, CancellationToken.None)).Count);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await rig.Collector.Logged("/ws");
        SideStreamSeen seen = rig.Collector.Streams.Single();
        Assert.Equal("101", seen.ResponseField(":status"));
        Assert.Contains("ping", Encoding.Latin1.GetString(seen.ResponseBody), StringComparison.Ordinal);
        Assert.False(seen.HasResponseEnd);
    }

    [Fact]
    public async Task Outbound_ByAuthority_ChoosesTheRoute()
    {
        await using ProxyRig rig = await ProxyRig.Start(options => options with { Direction = ProxyDirection.Outbound, Routes = new RouteTable([new ProxyRoute("payments", options.Routes.Find("", "")!.Url)], null) });
        using var known = new HttpRequestMessage(HttpMethod.Get, "/ok") { Headers = { Host = "payments:8080" } };
        using HttpResponseMessage answered = await rig.Client.SendAsync(known);
        using HttpResponseMessage refused = await rig.Client.GetAsync("/lost");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (answered.StatusCode, refused.StatusCode));
        Assert.Equal(2, (await rig.Collector.Ended("/ok")).RequestAttributes.Fields["xds.listener_direction"].NumberValue);
        Assert.Equal("payments", (await rig.Collector.Logged("/ok")).CommonProperties.UpstreamCluster);
        Assert.True((await rig.Collector.Logged("/lost")).CommonProperties.ResponseFlags.NoRouteFound);
    }

    private static IEnumerable<string> Kinds(Struct attributes) => attributes.Fields.Select(field => $"{field.Key} {field.Value.KindCase}");

    private static SideStreamSeen Recording(string name)
    {
        var seen = new SideStreamSeen([]);
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "fixtures", name + ".pb_length_delimited"));
        while (file.Position < file.Length)
            seen.Messages.Enqueue(ProcessingRequest.Parser.ParseDelimitedFrom(file));
        return seen;
    }
}
