using System.Net;
using Loop.Contracts.Api;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Bytes that no Envoy sends, at every gRPC input of a real server: refused or counted, and nothing else is lost.</summary>
public sealed class HostileInputTests
{
    private const string ExtProc = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
    private const string Taps = "/envoy.service.tap.v3.TapSinkService/StreamTaps";
    private const string Reports = "/envoy.service.tap.v3.TapService/ReportTap";
    private const string Logs = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    private static readonly string[] Inputs = [ExtProc, Taps, Reports, Logs];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Garbage_AtEveryInput_IsCountedAndProductionIsStillCaptured()
    {
        _ = RequireReal.EnvoyBinary();
        await using LoopServer server = await LoopServer.Start();
        await using ShapedService service = await ShapedService.Start();
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(EnvoyAddress.Loopback(server.Capture!.Port), service));
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(envoy, Cancellation);
        NodeStatusView before = (await api.Status(Cancellation)).Nodes[0];

        foreach (string input in Inputs)
        {
            foreach (byte[] body in Bodies())
                await Send(server, input, body, "application/grpc");
            await Send(server, input, Frame([]), "application/json");
        }

        await Send(server, "/envoy.service.tap.v3.TapSinkService/NoSuchMethod", Frame([]), "application/grpc");

        NodeStatusView after = (await api.StatusUntil(
            status => status.Nodes[0].Counts.GetValueOrDefault("malformed") >= before.Counts.GetValueOrDefault("malformed") + Inputs.Length
                && status.Nodes[0].Counts.GetValueOrDefault("refused") > before.Counts.GetValueOrDefault("refused"),
            "malformed and refused messages in the counts",
            Cancellation)).Nodes[0];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", after.Counts.Where(count => count.Value > 0).Select(count => $"{count.Key} {count.Value}")));
        var trace = TestTrace.New();
        await client.Get(envoy[ListenerDirection.Inbound], "orders", "/broken", trace, Cancellation);
        Assert.Single((await api.SealedOf(trace, Cancellation)).Hops);
        Assert.Single(await api.List(Cancellation));
        Assert.Empty(server.Errors);
    }

    private static IEnumerable<byte[]> Bodies()
    {
        byte[] noise = new byte[4096];
        new Random(11).NextBytes(noise);
        yield return Frame(noise);
        yield return noise;
        yield return [.. Frame([0x0a, 0x02, 0x08, 0x01]), .. Frame([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])];

        // A length that never comes, a compressed message, a length of 4 GiB, and fields nested beyond any depth.
        yield return [0, 0, 0, 1, 0, 1, 2, 3];
        yield return [1, 0, 0, 0, 1, 0];
        yield return [0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
        yield return Frame([.. Enumerable.Range(0, 2000).SelectMany(depth => new byte[] { 0x12, (byte)(0x80 | ((4000 - (2 * depth)) & 0x7f)), (byte)((4000 - (2 * depth)) >> 7) })]);
        yield return [];
    }

    private static byte[] Frame(byte[] message) => [0, (byte)(message.Length >> 24), (byte)(message.Length >> 16), (byte)(message.Length >> 8), (byte)message.Length, .. message];

    // Whatever the answer is, or none: what matters is what the server does afterwards.
    private static async Task Send(LoopServer server, string path, byte[] body, string contentType)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{server.Capture}{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new(contentType) } };
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request, Cancellation);
            Assert.True((int)answer.StatusCode < 500, $"{path} answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException)
        {
        }
    }
}
