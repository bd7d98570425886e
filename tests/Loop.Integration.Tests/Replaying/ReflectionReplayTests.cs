using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Replayer.Sandbox.Programs.Shop;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A gRPC service behind a real Envoy: what differs is told by the names that the live service itself gives its fields, where it gives any.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReflectionReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-reflection-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Messages_OfAServiceThatTellsItsTypes_DifferByFieldNames()
    {
        await using LoopServer server = await LoopServer.Start();
        string id = await Keep(server);

        ReplayReport same = await Replay(server, id, "cheap");
        Assert.Equal((Verdict.Reproduced, "H"), (same.Verdict, same.Row));
        Assert.Contains("gRPC messages of prices compare by reflection (grpc.reflection.v1)", same.Sandbox!.Listed);

        ReplayReport dear = await Replay(server, id, "dear");
        Assert.Contains(dear.Divergences, divergence => divergence is { Place: "body message[0].cents", Recorded: "1250", Replayed: "1300" });

        ReplayReport mute = await Replay(server, id, "mute");
        Assert.Equal((Verdict.Reproduced, "H"), (mute.Verdict, mute.Row));
        Assert.Contains(mute.Sandbox!.Listed, line => line.StartsWith("gRPC messages of prices compare by their wire form, since reflection failed: Unimplemented", StringComparison.Ordinal));
        Assert.Empty(server.Errors);
    }

    private static async Task<string> Keep(LoopServer server)
    {
        int port = FreePorts.Take();
        using Process service = Process.Start(new ProcessStartInfo(TokenMesh.Program, ["prices", port.ToString(CultureInfo.InvariantCulture), "cheap"]))!;
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(new EnvoyProxyConfig
        {
            Service = "prices",
            Collector = EnvoyAddress.Loopback(server.Capture!.Port),
            Listeners = [new ListenerConfig { Direction = ListenerDirection.Inbound, Listen = EnvoyAddress.Loopback(0), Routes = [new RouteConfig { Name = "app", Target = EnvoyAddress.Loopback(port), Protocol = UpstreamProtocol.Http2 }] }],
        });
        using var api = new LoopApi(server.Http);
        try
        {
            await api.CollectorIsUsedBy(envoy, Cancellation);
            using GrpcChannel channel = GrpcChannel.ForAddress(envoy[ListenerDirection.Inbound]);
            Prices.PricesClient client = new(channel);
            var trace = TestTrace.New();
            while (true)
            {
                try
                {
                    await client.GetAsync(new PriceRequest { Article = "tea" }, new Metadata { { "traceparent", trace.TraceParent }, { "x-request-id", trace.RequestId } }, cancellationToken: Cancellation);
                    break;
                }
                catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable)
                {
                    // Not there yet; a failed try is a conversation of its own.
                    trace = TestTrace.New();
                    await Task.Delay(100, Cancellation);
                }
            }

            return (await api.KeptByHand(trace, Cancellation)).Id;
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task<ReplayReport> Replay(LoopServer server, string id, string build)
    {
        string file = Path.Combine(_folder, $"{build}.yaml");
        File.WriteAllText(file, $"version: 1\nservices:\n  prices:\n    command: [\"{TokenMesh.Program}\", prices, \"8080\", {build}]\n    port: 8080\n    state: none\n    build: {{ git: {build} }}\n");
        return await server.Replay(id, file);
    }
}
