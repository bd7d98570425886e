using System.Net;
using System.Net.Sockets;
using Loop.Samples.Shop.Traffic;
using Xunit;

namespace Loop.Integration.Tests.Shop;

public sealed class TrafficClientTests
{
    [Fact]
    public async Task Send_ToAShopThatDoesNotAnswer_SaysSo()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        using TrafficClient client = new(new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"), TimeSpan.FromMilliseconds(50));

        TrafficReport report = await client.SendAsync(1, TestContext.Current.CancellationToken);

        Assert.False(report.IsAsPlanned);
        Assert.Contains("no answer within 0.05 s", report.ToString(), StringComparison.Ordinal);
    }
}
