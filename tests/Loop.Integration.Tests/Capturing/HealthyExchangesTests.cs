using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

/// <summary>What must not trigger: healthy exchanges, clients that give up, streams of their own kind, and refusals of Envoy itself. All stays in the ring and can be kept by hand.</summary>
public sealed class HealthyExchangesTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keep_HealthyRequestByTraceId_HasAllHops()
    {
        var trace = TestTrace.New();
        await mesh.Client.Post(mesh.Outbound, "orders", "/healthy", trace, "all well"u8.ToArray(), "text/plain", Cancellation);

        ConversationDetail kept = await mesh.Api.KeptByHand(trace, Cancellation);

        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal([ExchangeView.Client, ExchangeView.Server], hop.Views.Select(view => view.View));
        Assert.Equal("all well", await mesh.Api.BodyText(kept, hop, "request", Cancellation));
        Assert.Equal("fine", await mesh.Api.BodyText(kept, hop, "response", Cancellation));
        Assert.Null(kept.OriginHopId);
        Assert.True(kept.Coherence.Complete, string.Join(", ", kept.Coherence.Missing));
    }

    [Fact]
    public async Task Keep_HealthyRequestByRequestId_HasAllHops()
    {
        var trace = TestTrace.New();
        await mesh.Client.Get(mesh.Outbound, "orders", "/healthy", trace, Cancellation);

        (HttpStatusCode status, string text) = await mesh.Api.Keep(trace.RequestId, Cancellation);

        Assert.True(status == HttpStatusCode.Created, text);
        IReadOnlyList<ConversationSummary> list = await mesh.Api.ListUntil(all => all.Any(one => text.Contains(one.Id, StringComparison.Ordinal) && one is { Hops: 1, Exchanges: >= 2 }), "one hop from both sides", Cancellation);
        ConversationDetail kept = await mesh.Api.Show(list.Single(one => text.Contains(one.Id, StringComparison.Ordinal)).Id, Cancellation);
        Assert.Contains(trace.Key, kept.Keys);
        (HttpStatusCode again, _) = await mesh.Api.Keep(trace.RequestId, Cancellation);
        Assert.Equal(HttpStatusCode.OK, again);
    }

    [Theory]
    [InlineData("0af7651916cd43dd8448eb211c80319c", HttpStatusCode.NotFound)]
    [InlineData("request:nobody-has-seen-this", HttpStatusCode.NotFound)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task Keep_KeyThatNobodyKnows_IsRefusedWithAProblem(string key, HttpStatusCode expected)
    {
        (HttpStatusCode status, string text) = await mesh.Api.Keep(key, Cancellation);

        Assert.Equal(expected, status);
        Assert.Contains("\"detail\":", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoContent_KeptByHand_HasNoBody()
    {
        var trace = TestTrace.New();
        await mesh.Client.Get(mesh.Outbound, "orders", "/nothing", trace, Cancellation);

        HopView hop = Assert.Single((await mesh.Api.KeptByHand(trace, Cancellation)).Hops);

        Assert.Equal((204, 0L, ExchangeEnd.Complete), (hop.Response!.Status, hop.Response.BodySizeBytes, hop.End));
    }

    [Fact]
    public async Task ServerSentEvents_AreRecordedWholeAndDoNotTrigger()
    {
        var trace = TestTrace.New();
        WireAnswer answer = await mesh.Client.Get(mesh.Outbound, "orders", "/events", trace, Cancellation);
        await mesh.Settle();

        ConversationDetail kept = await mesh.Api.KeptByHand(trace, Cancellation);

        Assert.Equal(answer.Body, await mesh.Api.Body(kept, kept.Hops[0], "response", Cancellation));
        Assert.Equal(ExchangeEnd.Complete, kept.Hops[0].End);
    }

    [Fact]
    public async Task WebSocket_DoesNotTriggerAndIsMarkedAsUpgraded()
    {
        var trace = TestTrace.New();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("traceparent", trace.TraceParent);
        socket.Options.SetRequestHeader("Host", "orders");
        await socket.ConnectAsync(new UriBuilder(mesh.Outbound) { Scheme = "ws", Path = "/socket" }.Uri, Cancellation);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        WebSocketReceiveResult echo = await socket.ReceiveAsync(new byte[64], Cancellation);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        await mesh.Settle();

        ConversationDetail kept = await mesh.Api.KeptByHand(trace, Cancellation);

        Assert.Equal(5, echo.Count);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((101, ExchangeEnd.Upgraded, (string?)null), (hop.Response!.Status, hop.End, hop.Failure));
    }

    [Fact]
    public async Task ClientThatGivesUp_WhileItWaits_DoesNotTrigger()
    {
        var trace = TestTrace.New();
        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            Task<WireAnswer> waiting = mesh.Client.Post(mesh.Outbound, "orders", "/hang", trace, "never mind"u8.ToArray(), "text/plain", leaving.Token);
            await mesh.Api.StatusUntil(status => status.Nodes.Sum(node => node.OpenExchanges) >= 2, "the request in progress at both proxies", Cancellation);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await mesh.Settle();
        ConversationDetail kept = await mesh.Api.KeptByHand(trace, Cancellation);

        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal((ExchangeEnd.BrokenOff, BrokenOffBy.Client, (string?)null), (hop.End, hop.BrokenOffBy, hop.Failure));
        Assert.Equal("never mind", await mesh.Api.BodyText(kept, hop, "request", Cancellation));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nbroken header\r\n\r\n", "400")]
    [InlineData("GET /\0bad HTTP/1.1\r\nhost: orders\r\n\r\n", "400")]
    [InlineData("", "431")]
    public async Task RequestThatEnvoyRefuses_DoesNotTriggerAndHarmsNothing(string request, string expected)
    {
        string bytes = request.Length > 0 ? request : $"GET / HTTP/1.1\r\nhost: orders\r\nx-large: {new string('x', 100_000)}\r\n\r\n";
        int before = (await mesh.Api.List(Cancellation)).Count(one => one.Status is 400 or 431);

        string answer = await Raw(mesh.Outbound, bytes);
        await mesh.Settle();

        Assert.StartsWith($"HTTP/1.1 {expected}", answer);
        Assert.Equal(before, (await mesh.Api.List(Cancellation)).Count(one => one.Status is 400 or 431));
        SystemStatus status = await mesh.Api.Status(Cancellation);
        Assert.Equal(0, status.Nodes[0].Counts.GetValueOrDefault("malformed"));
        Assert.Empty(mesh.Server.Errors);
    }

    private static async Task<string> Raw(Uri proxy, string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.Host, proxy.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes), Cancellation);
        byte[] answer = new byte[4096];
        int read = await client.GetStream().ReadAsync(answer, Cancellation);
        return Encoding.Latin1.GetString(answer, 0, read);
    }
}
