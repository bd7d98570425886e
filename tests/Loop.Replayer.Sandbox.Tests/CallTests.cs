using System.Net;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>Where the calls of live services end.</summary>
public sealed class CallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoServices_OnTheSamePort_AnswerEachForItself()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080), TestSandbox.Web("stock", 8080));

        Assert.Equal("I am shop", await TestSandbox.Get(sandbox, "shop", 8080, "/"));
        Assert.Equal("I am stock", await TestSandbox.Get(sandbox, "stock", 8080, "/"));
    }

    [Fact]
    public async Task Call_ToALiveService_IsRelayedToIt()
    {
        SandboxService stock = TestSandbox.Web("stock", 8080) with { Addresses = [new ServiceAddress("stock.shop.svc", 80, 8080)] };
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080), stock);

        Assert.Equal("I am stock", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://stock.shop.svc/"));

        CallAccepted call = await Next<CallAccepted>(sandbox);
        Assert.Equal(("shop", "stock.shop.svc", "stock"), (call.Caller, call.Host, call.Relayed));
    }

    [Fact]
    public async Task Call_ToALiveHostAtAnUnlistedPort_GoesToTheHandler()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080), TestSandbox.Web("stock", 8080));

        Assert.StartsWith("caller=shop", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://stock:9090/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.5:8080")]
    [InlineData("10.1.2.3:443")]
    [InlineData("[2001:db8::5]:8080")]
    public async Task Call_ToAnAddress_GoesToTheHandlerEvenOnTheServicesOwnPort(string address)
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        Assert.Equal($"caller=shop address={address} host=-", await TestSandbox.Get(sandbox, "shop", 8080, $"/fetch/http://{address}/"));
    }

    [Fact]
    public async Task Call_ToARecordedLoopbackAddress_GoesToTheHandler()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080) with { RecordedLoopback = ["127.0.0.1:15001"] });

        Assert.Equal("caller=shop address=127.0.0.1:15001 host=-", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://127.0.0.1:15001/"));
    }

    [Fact]
    public async Task Call_ToALocalPortOnWhichNobodyListens_IsTold()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        Assert.StartsWith("failed: ConnectionError ConnectionRefused", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://127.0.0.1:5432/"), StringComparison.Ordinal);

        TrafficRefused refused = await Next<TrafficRefused>(sandbox);
        Assert.Equal(("shop", "tcp", "127.0.0.1:5432, where nobody listens"), (refused.Caller, refused.Kind, refused.Target));
    }

    [Fact]
    public async Task Call_ToALocalPortThatIsOpenUnderTheOtherFamily_IsNoRefusal()
    {
        // The program listens on 0.0.0.0; "localhost" is tried as ::1 first.
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        Assert.Equal("I am shop", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://localhost:8080/"));
        Assert.StartsWith("failed", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://[::1]:8080/"), StringComparison.Ordinal);
        await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://127.0.0.1:5432/");

        Assert.StartsWith("127.0.0.1:5432", (await Next<TrafficRefused>(sandbox)).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_ThatTheRecordingDoesNotKnow_DoesNotExistAndIsTold()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        Assert.Equal("failed: NameResolutionError HostNotFound", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://unknown.example/"));

        TrafficRefused refused = await Next<TrafficRefused>(sandbox);
        Assert.Equal(("shop", "dns", "unknown.example"), (refused.Caller, refused.Kind, refused.Target));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("udp-own")]
    public async Task Datagram_ToAnAddress_IsRefusedAndTold(string door)
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        Assert.Contains("Connection refused", await TestSandbox.Get(sandbox, "shop", 8080, $"/door/{door}/203.0.113.9%3A9999"), StringComparison.Ordinal);

        TrafficRefused refused = await Next<TrafficRefused>(sandbox);
        Assert.Equal(("shop", "udp", "203.0.113.9:9999"), (refused.Caller, refused.Kind, refused.Target));
    }

    [Fact]
    public async Task Question_ToAForeignNameServer_IsAnsweredByTheAgent()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        // Its answer is not read; that the datagram was not refused says that it was taken.
        Assert.Equal("open", await TestSandbox.Get(sandbox, "shop", 8080, "/door/udp/203.0.113.9%3A53"));
    }

    [Fact]
    public async Task Dial_WhereNothingListens_SaysSo()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080));

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => sandbox.Dial("shop", 8081, Token));

        Assert.Contains("port 8081 of shop", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_DoNotSeeEachOthersLoopback()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080), TestSandbox.Web("stock", 8081));

        Assert.Equal("failed: ConnectionError ConnectionRefused", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://127.0.0.1:8081/"));
    }

    private static async Task<ISandbox> Started(params SandboxService[] services)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = services }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }

    private static async Task<T> Next<T>(ISandbox sandbox)
        where T : SandboxObservation
    {
        await foreach (SandboxObservation observation in sandbox.Observations.ReadAllAsync(Token))
        {
            if (observation is T wanted)
                return wanted;
        }

        throw new InvalidOperationException($"The sandbox ended without a {typeof(T).Name}.");
    }
}
