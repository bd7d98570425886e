using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Api;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

public sealed class ChunkedTrailersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http1_ChunkedBothWaysWithTrailers_AreAllKept()
    {
        await using LoopServer server = await LoopServer.Start();
        await using RawApplication service = new("HTTP/1.1 500 Broken\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n4\r\ndata\r\n3\r\n-go\r\n0\r\nx-sum: 42\r\n\r\n");
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(new EnvoyProxyConfig
        {
            Service = "orders",
            Collector = EnvoyAddress.Loopback(server.Capture!.Port),
            Listeners = [ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", service.Address)],
        });
        using var api = new LoopApi(server.Http);
        await api.CollectorIsUsedBy(envoy, Cancellation);
        var trace = TestTrace.New();

        string answer = await Exchange(envoy[ListenerDirection.Inbound], $"""
            POST /chunked HTTP/1.1
            host: orders
            traceparent: {trace.TraceParent}
            te: trailers
            trailer: x-count
            transfer-encoding: chunked

            5
            hello
            6
             world
            0
            x-count: 2


            """.ReplaceLineEndings("\r\n"));

        Assert.Contains("x-sum: 42", answer, StringComparison.Ordinal);
        ConversationDetail kept = await api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal("hello world", await api.BodyText(kept, hop, "request", Cancellation));
        Assert.Equal("data-go", await api.BodyText(kept, hop, "response", Cancellation));
        Assert.Equal([["x-count", "2"]], hop.Request!.Trailers);
        Assert.Equal([["x-sum", "42"]], hop.Response!.Trailers);
        Assert.Empty(server.Errors);
    }

    private static async Task<string> Exchange(Uri proxy, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.Host, proxy.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        var answer = new StringBuilder();
        byte[] buffer = new byte[4096];
        int read;
        while (!answer.ToString().EndsWith("x-sum: 42\r\n\r\n", StringComparison.Ordinal) && (read = await client.GetStream().ReadAsync(buffer, Cancellation)) > 0)
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        return answer.ToString();
    }
}
