using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Loop.Samples.Demo;
using Loop.Samples.Shop.Traffic;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Shop;

public sealed partial class DemoRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_Once_ShowsTheDeepestFailureReplaysItAndEndsWhatItStarted()
    {
        RequireReal.EnvoyBinary();
        DemoPorts ports = DemoPorts.Free();
        using FakeLoop loop = new();

        await new DemoRun(loop.OptionsFor(ports), TimeProvider.System).RunAsync(Cancellation);

        Assert.Equal(
            [
                "list", "show bbbb", $"replay bbbb --destination 127.0.0.1:{ports.Sandbox["web"]}", $"replay bbbb --destination 127.0.0.1:{ports.FixedSandbox["web"]}",
                "replay bbbb --sandbox loop-sandbox.yaml", "replay bbbb --sandbox loop-sandbox.yaml --live history", "replay bbbb --sandbox loop-sandbox-fixed.yaml",
            ],
            loop.Shown.Select(words => SandboxFolder().Replace(words, "")));
        Assert.Matches($"^--data /.+/data --capture-listen 127.0.0.1:{ports.Capture} .*--http-listen 127.0.0.1:{ports.Http}( .*)?$", loop.LoopdArguments);
        Assert.False(loop.IsLoopdRunning);
        Assert.All(ports.All, AssertNobodyListens);
    }

    [Fact]
    public async Task Run_WithAReplayThatDoesNotReproduce_FailsAndEndsWhatItStarted()
    {
        RequireReal.EnvoyBinary();
        DemoPorts ports = DemoPorts.Free();
        using FakeLoop loop = new(verdict: 3);

        DemoFailedException failure = await Assert.ThrowsAsync<DemoFailedException>(() => new DemoRun(loop.OptionsFor(ports), TimeProvider.System).RunAsync(Cancellation));

        Assert.StartsWith("the replay of bbbb ended with exit code 3; 0 (reproduced) was expected", failure.Message, StringComparison.Ordinal);
        Assert.False(loop.IsLoopdRunning);
        Assert.All(ports.All, AssertNobodyListens);
    }

    [Fact]
    public async Task Run_WithAServerThatEnds_FailsWithTheServersLastWords()
    {
        using FakeLoop loop = new("echo the data directory is locked >&2; exit 73");
        DemoOptions options = loop.OptionsFor(DemoPorts.Free()) with { Loopctl = "/bin/false" };

        DemoFailedException failure = await Assert.ThrowsAsync<DemoFailedException>(() => new DemoRun(options, TimeProvider.System).RunAsync(Cancellation));

        Assert.StartsWith("loopd ended with exit code 73; its last lines:\nthe data directory is locked\n", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutAServerProgram_FailsAndNamesIt()
    {
        DemoOptions options = new() { Loopd = "/nowhere/loopd", Loopctl = "/bin/false", Ports = DemoPorts.Free() };

        DemoFailedException failure = await Assert.ThrowsAsync<DemoFailedException>(() => new DemoRun(options, TimeProvider.System).RunAsync(Cancellation));

        Assert.StartsWith("loopd could not be started: /nowhere/loopd: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UsualPorts_OneIsTaken_AreRefusedWithItsNumber()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        DemoFailedException failure = Assert.Throws<DemoFailedException>(() => DemoPorts.Usual(DemoPorts.UsualBase, port, DemoPorts.UsualHttp));

        Assert.Matches($@"^port (\d+, )*{port}(, \d+)* is in use: ", failure.Message);
    }

    [Theory]
    [InlineData("sealed", 2, 3, true)]
    [InlineData("open", 2, 3, false)]
    [InlineData("sealed", 2, 2, false)]
    [InlineData("sealed", 1, 3, false)]
    public void Expected_AllSealedWithAllHops_IsMet(string state, int checkoutHops, int suggestionHops, bool met)
    {
        ExpectedConversations expected = new(PlannedRequest.Plan(40));

        Assert.Equal(met, expected.AreAll([new("a", "/checkout", checkoutHops, state), new("b", "/suggestions", suggestionHops, "sealed")]));
    }

    [Fact]
    public void Expected_OneConversationTooMany_IsNotMet()
    {
        ExpectedConversations expected = new(PlannedRequest.Plan(20));

        Assert.False(expected.AreAll([new("a", "/suggestions", 3, "sealed"), new("b", "/products", 1, "sealed")]));
    }

    private static void AssertNobodyListens(int port)
    {
        using TcpClient client = new();
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => client.Connect(IPAddress.Loopback, port)).SocketErrorCode);
    }

    [GeneratedRegex(@"/[^ ]*/sandbox/")]
    private static partial Regex SandboxFolder();
}
