using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Spine;

/// <summary>A capture process and a store process that share a token, as on two machines.</summary>
public sealed class TwoRolesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LinkToken_TheSameOnBothSides_LetsTheNodeIn()
    {
        var token = new Dictionary<string, string> { ["Loop__Link__Token"] = "shared" };
        await using LoopServer store = await LoopServer.Start(environment: token, arguments: ["--roles", "store,replayer"]);
        await using LoopServer node = await LoopServer.Start(environment: token, arguments: ["--roles", "capture", "--store", $"http://{store.Link}", "--node", "edge-1"]);
        using var api = new LoopApi(store.Http);

        SystemStatus status = await api.Status(Cancellation);
        for (int asked = 0; !status.Ready && asked < 100; asked++)
        {
            await Task.Delay(100, Cancellation);
            status = await api.Status(Cancellation);
        }

        Assert.Equal("edge-1", Assert.Single(status.Nodes, one => one.Connected).Node);
    }
}
