using System.Net;
using System.Net.Sockets;
using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Dependencies;

/// <summary>Dependencies beside everything else that runs on the machine.</summary>
public sealed class UnsealedDependencyTests : DependencyConformance
{
    [Fact]
    public async Task Port_ThatIsTaken_IsRefused()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        ISandboxDriver driver = await Driver();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", FreePorts.Take())], Dependencies = [RealServers.Redis("shop", port)] };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(plan, Token));

        Assert.Contains($"127.0.0.1:{port}, where shop dials a dependency, is taken on this machine", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_OfADependency_IsFilledIntoTheEnvironment()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        shop = shop with { Environment = new Dictionary<string, string>(shop.Environment) { ["CACHE"] = "${call:cache.internal:6379}" } };
        await using ISandbox sandbox = await Started([shop], RealServers.Redis("shop", host: "cache.internal", seed: new StateStatements("SET name seeded")));

        string output = await TestSandbox.Get(sandbox, "shop", shop.Port, "/run/" + Uri.EscapeDataString("redis-cli -h ${CACHE%:*} -p ${CACHE#*:} get name"));

        Assert.Equal("seeded (0)", output);
    }

    protected override Task<ISandboxDriver> Driver() => Task.FromResult<ISandboxDriver>(TestSandbox.Driver("these tests say so"));
}
