using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>Services that do not come up, each with its reason, and sandboxes that must leave nothing.</summary>
public sealed class FaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Command_ThatIsMissing_IsNamed()
    {
        SandboxFailure failure = await Failure(TestSandbox.Service("shop", 8080) with { Command = ["no-such-program"] });

        Assert.Equal(SandboxFailureKind.CommandMissing, failure.Kind);
        Assert.Contains("no-such-program cannot be executed: it does not exist in the sandbox", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_ThatMayNotBeExecuted_IsNamed()
    {
        SandboxFailure failure = await Failure(TestSandbox.Service("shop", 8080) with { Command = ["/etc/passwd"] });

        Assert.Equal(SandboxFailureKind.CommandMissing, failure.Kind);
        Assert.Contains("Permission denied", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatEndsAtOnce_IsToldWithItsExitCode()
    {
        SandboxFailure failure = await Failure(TestSandbox.Service("shop", 8080, "exit", "7"));

        Assert.Equal((SandboxFailureKind.Exited, "shop"), (failure.Kind, failure.Service));
        Assert.Contains("exit code 7", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatGoesToTheBackground_IsToldToStay()
    {
        SandboxFailure failure = await Failure(TestSandbox.Service("shop", 8080, "background", "8080"));

        Assert.Equal(SandboxFailureKind.Exited, failure.Kind);
        Assert.Contains("must stay in the foreground", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatNeverListens_IsTold()
    {
        SandboxFailure failure = await Failure(TestSandbox.Service("shop", 8080, "silent"));

        Assert.Equal(SandboxFailureKind.NotListening, failure.Kind);
    }

    [Fact]
    public async Task Service_ThatListensElsewhere_IsToldWithThePort()
    {
        SandboxFailure failure = await Failure(TestSandbox.Service("shop", 8080, "web", "9090"), TimeSpan.FromSeconds(15));

        Assert.Equal(SandboxFailureKind.ListensElsewhere, failure.Kind);
        Assert.Contains("0.0.0.0:9090", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ThatIsNotAnswered_IsTold()
    {
        SandboxService service = TestSandbox.Web("shop", 8080) with { ReadyPath = "/status/503" };

        SandboxFailure failure = await Failure(service, TimeSpan.FromSeconds(15));

        Assert.Equal(SandboxFailureKind.ProbeFailed, failure.Kind);
        Assert.Contains("503", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ThatIsAnswered_MakesTheServiceReady()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080) with { ReadyPath = "/status/204" }] };
        await using ISandbox sandbox = await driver.Prepare(plan, Token);

        Assert.Null(await sandbox.Start(Token));
    }

    [Fact]
    public async Task Port_ThatIsRecordedAsForeign_IsRefused()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080) with { RecordedLoopback = ["127.0.0.1:8080"] }] };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(plan, Token));

        Assert.Contains("shop itself listens on port 8080", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_HoldsWhatTheServiceWrote()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [TestSandbox.Web("shop", 8080)] }, Token);
        Assert.Null(await sandbox.Start(Token));
        await sandbox.Stop(Token);

        using StreamReader log = new(sandbox.OpenLog("shop"));

        Assert.Equal("listening on 8080\n", await log.ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("stubborn")]
    [InlineData("children")]
    public async Task Disposal_LeavesNoProcessAndNoFile(string program)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        string mark = Guid.NewGuid().ToString("n");
        SandboxService service = TestSandbox.Service("shop", 8080, program, "8080");
        service = service with { Environment = new Dictionary<string, string> { [MarkedProcesses.Variable] = mark } };
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [service], StopLimit = TimeSpan.FromMilliseconds(300) }, Token);
        Assert.Null(await sandbox.Start(Token));
        int[] before = MarkedProcesses.Find(mark);
        Assert.Equal(program is "children" ? 2 : 1, before.Length);

        await sandbox.DisposeAsync();

        Assert.Empty(MarkedProcesses.Find(mark));
        Assert.False(Directory.Exists(Path.Combine(TestSandbox.StateRoot, sandbox.Id)));
    }

    private static async Task<SandboxFailure> Failure(SandboxService service, TimeSpan? limit = null)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [service], ReadyLimit = limit ?? TimeSpan.FromSeconds(service.Command[^1] is "silent" ? 1 : 30) };
        await using ISandbox sandbox = await driver.Prepare(plan, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.NotNull(failure);
        return failure;
    }
}
