using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Conformance;

/// <summary>What every driver keeps to, however it makes its place. The agent's handler describes the calls that it gets.</summary>
public abstract class SandboxDriverConformance
{
    private const string CallVariable = "CALL";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract SandboxEvidence Evidence { get; }

    protected abstract Task<ISandboxDriver> Driver();

    [Fact]
    public async Task Call_ReachesTheHandlerWithCallerAndHost()
    {
        SandboxService shop = Web("shop", "${call:stock.internal:8081}");
        await using ISandbox sandbox = await Started([shop], "stock.internal");

        string answer = await TestSandbox.Get(sandbox, "shop", shop.Port, "/call");

        Assert.Equal($"caller=shop address={sandbox.Addresses["stock.internal"]}:8081 host=stock.internal", answer);
        Assert.Equal(Evidence, sandbox.Evidence);
        Assert.Equal(Evidence is SandboxEvidence.Sealed, sandbox.EvidenceReason is null);
    }

    [Fact]
    public async Task Call_ToALiveService_IsRelayedAndObserved()
    {
        SandboxService stock = Web("stock", "");
        stock = stock with { Addresses = [new ServiceAddress("stock.internal", 80, stock.Port)] };
        SandboxService shop = Web("shop", "${call:stock.internal:80}");
        await using ISandbox sandbox = await Started([shop, stock]);

        Assert.StartsWith("I am ", await TestSandbox.Get(sandbox, "shop", shop.Port, "/call"), StringComparison.Ordinal);

        CallAccepted? call = null;
        while (call is null)
            call = await sandbox.Observations.ReadAsync(Token) as CallAccepted;
        Assert.Equal(("shop", "stock.internal", "stock"), (call.Caller, call.Host, call.Relayed));
    }

    [Fact]
    public async Task Template_ForAHostThatIsNotRecorded_IsRefused()
    {
        ISandboxDriver driver = await Driver();

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(new SandboxPlan { Services = [Web("shop", "${call:unknown:80}")] }, Token));

        Assert.Contains("unknown:80, a host that is not recorded", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingCommand_IsAFailureOfTheService()
    {
        ISandboxDriver driver = await Driver();
        SandboxService service = Web("shop", "") with { Command = ["no-such-program"] };
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [service] }, Token);

        SandboxFailure? failure = await sandbox.Start(Token);

        Assert.Equal((SandboxFailureKind.CommandMissing, "shop"), (failure!.Kind, failure.Service));
    }

    [Fact]
    public async Task ServiceThatEnds_IsObservedWithItsExitCode()
    {
        SandboxService shop = Web("shop", "");
        await using ISandbox sandbox = await Started([shop]);

        await Assert.ThrowsAsync<HttpRequestException>(() => TestSandbox.Get(sandbox, "shop", shop.Port, "/exit/7"));

        SandboxObservation last = await sandbox.Observations.ReadAsync(Token);
        while (last is not ServiceExited)
            last = await sandbox.Observations.ReadAsync(Token);
        Assert.Equal(new ServiceExited("shop", 7, Asked: false), last);
    }

    [Fact]
    public async Task Command_ReachesTheHandlerWhoseWordsAreObserved()
    {
        ISandboxDriver driver = await Driver();
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [], HandlerInput = "input" }, Token);

        await sandbox.Command("fail", Token);
        await sandbox.Command("first", Token);

        Assert.IsType<SandboxPrepared>(await sandbox.Observations.ReadAsync(Token));
        Assert.Equal(new HandlerFailed("", "", "InvalidOperationException: as asked"), await sandbox.Observations.ReadAsync(Token));
        Assert.Equal(new HandlerTold("first, input"), await sandbox.Observations.ReadAsync(Token));
    }

    [Fact]
    public async Task Plan_WithFaults_TellsThemAll()
    {
        ISandboxDriver driver = await Driver();
        SandboxService wrong = new() { Name = "Shop!", Command = [], WorkFolder = "relative", Port = 0 };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(new SandboxPlan { Services = [wrong] }, Token));

        Assert.Contains("'Shop!' is no service name", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no command", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no port", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'relative' of Shop! is no existing folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_EndsTheObservationsAndKeepsTheLog()
    {
        SandboxService shop = Web("shop", "");
        await using ISandbox sandbox = await Started([shop]);

        await sandbox.Stop(Token);

        SandboxObservation[] all = await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token);
        Assert.IsType<SandboxPrepared>(all[0]);
        Assert.Contains(new ServiceReady("shop"), all);
        Assert.IsType<SandboxStopped>(all[^1]);
        using StreamReader log = new(sandbox.OpenLog("shop"));
        Assert.Equal($"listening on {shop.Port}\n", await log.ReadToEndAsync(Token));
        await Assert.ThrowsAsync<SandboxException>(() => sandbox.Dial("shop", shop.Port, Token));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("stubborn")]
    public async Task Disposal_LeavesNoProcess(string program)
    {
        string mark = Guid.NewGuid().ToString("n");
        SandboxService shop = Web("shop", "");
        shop = shop with { Command = [TestSandbox.Programs, program, shop.Port.ToString()], Environment = new Dictionary<string, string>(shop.Environment) { [MarkedProcesses.Variable] = mark } };
        ISandboxDriver driver = await Driver();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [shop], StopLimit = TimeSpan.FromMilliseconds(200) }, Token);
        Assert.Null(await sandbox.Start(Token));
        Assert.Single(MarkedProcesses.Find(mark));

        await sandbox.DisposeAsync();

        Assert.Empty(MarkedProcesses.Find(mark));
    }

    private async Task<ISandbox> Started(IReadOnlyList<SandboxService> services, params string[] hosts)
    {
        ISandboxDriver driver = await Driver();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = services, RecordedHosts = hosts }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }

    private static SandboxService Web(string name, string call)
    {
        SandboxService service = TestSandbox.Web(name, FreePorts.Take());
        return service with { Environment = new Dictionary<string, string>(service.Environment) { [CallVariable] = call } };
    }
}
