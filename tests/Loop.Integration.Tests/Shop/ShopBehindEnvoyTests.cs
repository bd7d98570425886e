using System.Net;
using System.Text;
using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.Samples.Demo.Proxies;
using Loop.Samples.Shop.Traffic;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Shop;

public sealed class ShopBehindEnvoyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shop_BehindEnvoysWithoutAnyCollector_AnswersEveryRequestAsPlanned()
    {
        await using RunningShop shop = await RunningShop.StartAsync();
        using TrafficClient client = new(shop.Entry);

        TrafficReport report = await client.SendAsync(100, Cancellation);

        Assert.Equal(new { Sent = 100, Failed = 5, AsPlanned = true }, new { report.Sent, report.Failed, AsPlanned = report.IsAsPlanned });
    }

    [Fact]
    public async Task Shop_BugTwoHopsBelowTheEntry_IsA502ThatDoesNotExplainItself()
    {
        await using RunningShop shop = await RunningShop.StartAsync();
        using HttpClient client = new() { BaseAddress = shop.Entry };
        using StringContent basket = new("""{"customer":"grace","products":["tent"]}""", Encoding.UTF8, "application/json");

        using HttpResponseMessage response = await client.PostAsync(new Uri("/suggestions", UriKind.Relative), basket, Cancellation);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(
            """{"type":"callee-failed","title":"A service that is needed here did not answer as it should","status":502,"detail":"recommendations answered 502"}""",
            await response.Content.ReadAsStringAsync(Cancellation));
    }

    private sealed class RunningShop : IAsyncDisposable
    {
        private readonly Owned _owned = new();
        private readonly string _directory = Directory.CreateTempSubdirectory("loop-test-shop-").FullName;

        public required Uri Entry { get; init; }

        public static async Task<RunningShop> StartAsync()
        {
            EnvoyBinary binary = new(RequireReal.EnvoyBinary(), "");
            DemoPorts ports = DemoPorts.Free();
            RunningShop shop = new() { Entry = new Uri($"http://127.0.0.1:{ports.Services["web"].Inbound}") };
            EnvoyProxies proxies = shop._owned.Add(new EnvoyProxies(binary, ports, shop._directory, TimeProvider.System));
            ShopProcesses processes = shop._owned.Add(new ShopProcesses(Path.Combine(shop._directory, "logs"), TimeProvider.System));
            await Task.WhenAll(proxies.StartAsync(Cancellation), processes.StartBehindProxiesAsync(ports, Cancellation));
            return shop;
        }

        public async ValueTask DisposeAsync()
        {
            await _owned.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
