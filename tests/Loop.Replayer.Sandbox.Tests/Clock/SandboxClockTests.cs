using System.Diagnostics;
using System.Globalization;
using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>The clock of a sandbox as a whole.</summary>
public sealed class SandboxClockTests
{
    private static readonly ClockPlan Shifted = new() { Mode = ClockMode.Shifted, Start = ClockRig.Start };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_IsTheMachinesClockAndToldAsNotReached()
    {
        SandboxService service = TestSandbox.Web("shop", 8080);
        await using ISandbox sandbox = await ClockRig.Started(new ClockPlan(), isSealed: true, service);

        Assert.InRange((await ClockRig.Now(sandbox, service)).Time, DateTimeOffset.UtcNow - ClockRig.Slack, DateTimeOffset.UtcNow + ClockRig.Slack);

        Assert.Equal(new ClockProbed("shop", ClockReach.NotReached, "the services run at the time of the replay: the plan asks for the real clock"), await ClockRig.Probed(sandbox, "shop"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Services_AgreeWhenTheyAreAskedInTurn(bool isSealed)
    {
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        SandboxService stock = await ClockServices.Of("Python", "stock", FreePorts.Take());
        await using ISandbox sandbox = await ClockRig.Started(Shifted, isSealed, shop, stock);

        DateTimeOffset[] times = [(await ClockRig.Now(sandbox, shop)).Time, (await ClockRig.Now(sandbox, stock)).Time, (await ClockRig.Now(sandbox, shop)).Time];

        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task Children_SeeTheTimeToo()
    {
        SandboxService service = TestSandbox.Web("shop", 8080);
        await using ISandbox sandbox = await ClockRig.Started(Shifted, isSealed: true, service);

        Assert.InRange((await ClockRig.Now(sandbox, service, "child")).Time, ClockRig.Start - TimeSpan.FromSeconds(1), ClockRig.Start + ClockRig.Slack);
    }

    [Fact]
    public async Task FileTimes_AreTheMachines()
    {
        SandboxService service = TestSandbox.Web("shop", 8080);
        await using ISandbox sandbox = await ClockRig.Started(Shifted, isSealed: true, service);

        DateTimeOffset made = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(await ClockRig.Ask(sandbox, service, "file"), CultureInfo.InvariantCulture));

        Assert.InRange(made, DateTimeOffset.UtcNow - ClockRig.Slack, DateTimeOffset.UtcNow + ClockRig.Slack);
    }

    [Theory]
    [InlineData(ClockMode.Shifted)]
    [InlineData(ClockMode.Frozen)]
    public async Task Names_ResolveUnderAForeignClock(ClockMode mode)
    {
        await using ISandbox sandbox = await ClockRig.Started(new ClockPlan { Mode = mode, Start = ClockRig.Start }, isSealed: true, TestSandbox.Web("shop", 8080));

        Assert.StartsWith("caller=shop", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://stock/"), StringComparison.Ordinal);
        Assert.Equal("failed: NameResolutionError HostNotFound", await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://unknown.example/"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shell_ThatStartsTheService_IsSeenThrough(bool isSealed)
    {
        SandboxService service = await ClockServices.Of("Python", "shop", FreePorts.Take());
        service = service with { Command = ["sh", "-c", string.Join(' ', service.Command) + "; true"] };
        await using ISandbox sandbox = await ClockRig.Started(Shifted, isSealed, service);

        ClockProbed probed = await ClockRig.Probed(sandbox, "shop");

        Assert.True(probed.Reach is ClockReach.Reached, probed.Detail);
        Assert.StartsWith("measured with Python: ", probed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatDropsItsEnvironment_IsNotReachedAndLoopSaysSo()
    {
        SandboxService service = await ClockServices.Of("Python", "shop", 8080);
        service = service with { Command = ["env", "-i", .. service.Command] };
        await using ISandbox sandbox = await ClockRig.Started(Shifted, isSealed: true, service);

        ClockProbed probed = await ClockRig.Probed(sandbox, "shop");

        Assert.Equal(ClockReach.NotReached, probed.Reach);
        Assert.Contains("has not loaded /run/loop-clock.so", probed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_TellsOfEachServiceBeforeTheLastObservation()
    {
        await using ISandbox sandbox = await ClockRig.Started(Shifted, isSealed: true, TestSandbox.Web("shop", 8080), TestSandbox.Web("stock", 8080));

        await sandbox.Stop(Token);

        SandboxObservation[] all = await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token);
        Assert.Equal(["shop", "stock"], all.OfType<ClockProbed>().Select(probed => probed.Service).Order());
        Assert.IsType<SandboxStopped>(all[^1]);
    }

    [Fact]
    public async Task Zone_ThatTheMachineDoesNotKnow_IsRefused()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080)], Clock = Shifted with { TimeZone = "Europe/Nowhere" } };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(plan, Token));

        Assert.Contains("The time zone 'Europe/Nowhere' is not known on this machine", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrdinaryUser_HasTheSameClock()
    {
        // The same sandbox first as this user, which also ends the test where something is missing.
        await (await ClockRig.Started(Shifted, isSealed: true, TestSandbox.Web("shop", 8080))).DisposeAsync();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "These tests run as an ordinary user already.");
        string root = Path.Combine(Path.GetTempPath(), "loop-clock-" + Guid.NewGuid().ToString("n")[..8]);
        string[] words = ["--reuid", "65534", "--regid", "65534", "--clear-groups", TestSandbox.Programs, "hold-clock", Path.Combine(root, "s"), ClockRig.Start.ToString("O", CultureInfo.InvariantCulture)];
        using Process holder = Process.Start(new ProcessStartInfo("setpriv", words) { RedirectStandardOutput = true })!;

        string[] lines = (await holder.StandardOutput.ReadToEndAsync(Token)).Split('\n');
        await holder.WaitForExitAsync(Token);
        Directory.Delete(root, recursive: true);

        Assert.Equal(0, holder.ExitCode);
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(lines[0].Split(' ')[0], CultureInfo.InvariantCulture)), ClockRig.Start, ClockRig.Start + ClockRig.Slack);
        Assert.Equal("Reached", lines[1]);
    }
}
