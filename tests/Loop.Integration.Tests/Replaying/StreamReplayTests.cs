using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>
/// A failure that comes out of a gRPC conversation: the service asks, hears, and asks on from what it heard. Captured through real Envoys on both sides, which are
/// gone when it is replayed.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class StreamReplayTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-stream-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Conversation_GoesAgainInTurns_AndAChangedMessageProvesNothing()
    {
        await using LoopServer server = await LoopServer.Start();
        ConversationDetail kept = await KeepFailure(server);

        ReplayReport again = await Replay(server, kept.Id, "buggy");
        Assert.True((again.Verdict, again.Row) == (Verdict.Reproduced, "R1"), $"{again.Verdict} {again.Row} {again.Reason}");
        Assert.Empty(again.Divergences);

        ReplayReport mended = await Replay(server, kept.Id, "fixed");
        Assert.True((mended.Verdict, mended.Row) == (Verdict.Fixed, "F3"), $"{mended.Verdict} {mended.Row} {mended.Reason}");

        ReplayReport other = await Replay(server, kept.Id, "chatty");
        Assert.True((other.Verdict, other.Row) == (Verdict.Inconclusive, "V5"), $"{other.Verdict} {other.Row} {other.Reason}");
        Assert.Contains("body message[1]", other.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Errors);
    }

    private static async Task<ConversationDetail> KeepFailure(LoopServer server)
    {
        await using ShapedService prices = await ShapedService.Start(Talk);
        EnvoyAddress collector = EnvoyAddress.Loopback(server.Capture!.Port);
        await using RealEnvoy inner = await RealEnvoy.StartAsync(Proxy("prices", collector, Listener(ListenerDirection.Inbound, prices.Http2, isHttp2: true)));
        int port = FreePorts.Take();
        await using RealEnvoy outer = await RealEnvoy.StartAsync(Proxy("desk", collector,
            Listener(ListenerDirection.Inbound, EnvoyAddress.Loopback(port), isHttp2: false),
            Listener(ListenerDirection.Outbound, EnvoyAddress.Loopback(inner[ListenerDirection.Inbound].Port), isHttp2: true)));
        ProcessStartInfo start = new(Program, ["talk", port.ToString(CultureInfo.InvariantCulture), "buggy"]);
        start.Environment["CHAT_AT"] = $"127.0.0.1:{outer[ListenerDirection.Outbound].Port.ToString(CultureInfo.InvariantCulture)}";
        using Process desk = Process.Start(start)!;
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        try
        {
            await api.CollectorIsUsedBy(inner, Cancellation);
            await api.CollectorIsUsedBy(outer, Cancellation);
            while (true)
            {
                var trace = TestTrace.New();
                WireAnswer answer = await client.Get(outer[ListenerDirection.Inbound], "desk", "/sum", trace, Cancellation);
                if ((int)answer.Status == 500)
                    return await api.SealedOf(trace, Cancellation);
                // The service does not listen yet: 503 by the proxy.
                await Task.Delay(50, Cancellation);
            }
        }
        finally
        {
            desk.Kill();
            await desk.WaitForExitAsync(CancellationToken.None);
        }
    }

    // Answers each message when it comes: the second with two.
    private static async Task Talk(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.BodyWriter.FlushAsync();
        for (int number = 1; await Hear(context.Request.Body) is { } asked; number++)
        {
            foreach (string price in asked is "apple" ? (string[])["3 each"] : ["2 each", "1 each"])
            {
                await context.Response.Body.WriteAsync(ShapedService.GrpcMessage(price));
                await context.Response.Body.FlushAsync();
            }
        }

        context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "0";
    }

    private static async Task<string?> Hear(Stream stream)
    {
        byte[] prefix = new byte[5];
        if (await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            return null;
        byte[] message = new byte[prefix[4]];
        await stream.ReadExactlyAsync(message);
        return Encoding.ASCII.GetString(message);
    }

    private static EnvoyProxyConfig Proxy(string service, EnvoyAddress collector, params ListenerConfig[] listeners) => new() { Service = service, Collector = collector, Listeners = listeners };

    private static ListenerConfig Listener(ListenerDirection direction, EnvoyAddress target, bool isHttp2) => new()
    {
        Direction = direction,
        Listen = EnvoyAddress.Loopback(0),
        Routes = [new RouteConfig { Name = "app", Target = target, Protocol = isHttp2 ? UpstreamProtocol.Http2 : UpstreamProtocol.Http1, Timeout = TimeSpan.Zero }],
    };

    private async Task<ReplayReport> Replay(LoopServer server, string id, string build)
    {
        string path = Path.Combine(_folder, $"{build}.yaml");
        await File.WriteAllTextAsync(path, $"version: 1\nservices:\n  desk:\n    command: [\"{Program}\", talk, \"8080\", {build}]\n    port: 8080\n    state: none\n    build: {{ git: {build} }}\n", Cancellation);
        return await server.Replay(id, path);
    }
}
