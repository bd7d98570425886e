using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>What real runtimes see of the clock, and whether Loop knows it.</summary>
public sealed class RuntimeClockTests
{
    public static TheoryData<string, bool> Reached => new()
    {
        { ".NET", true }, { "Node", true }, { "Python", true }, { "Java", true },
        { ".NET", false }, { "Node", false }, { "Python", false },
    };

    [Theory]
    [MemberData(nameof(Reached))]
    public async Task Shifted_StartsAtThePlannedTimeAndRuns(string runtime, bool isSealed)
    {
        SandboxService service = await ClockServices.Of(runtime, "shop", FreePorts.Take());
        await using ISandbox sandbox = await ClockRig.Started(new ClockPlan { Mode = ClockMode.Shifted, Start = ClockRig.Start }, isSealed, service);

        DateTimeOffset first = (await ClockRig.Now(sandbox, service)).Time;
        (long monotonic, long wall) = await ClockRig.Timer(sandbox, service);

        Assert.InRange(first, ClockRig.Start, ClockRig.Start + ClockRig.Slack);
        Assert.InRange(monotonic, 290, (long)ClockRig.Slack.TotalMilliseconds);
        Assert.InRange(wall, 290, (long)ClockRig.Slack.TotalMilliseconds);
        ClockProbed probed = await ClockRig.Probed(sandbox, "shop");
        Assert.True(probed.Reach is ClockReach.Reached, probed.Detail);
        Assert.StartsWith($"measured with {runtime}: 2020-0", probed.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Reached))]
    public async Task Frozen_StandsWhileTimersRun(string runtime, bool isSealed)
    {
        SandboxService service = await ClockServices.Of(runtime, "shop", FreePorts.Take());
        await using ISandbox sandbox = await ClockRig.Started(new ClockPlan { Mode = ClockMode.Frozen, Start = ClockRig.Start }, isSealed, service);

        (long monotonic, long wall) = await ClockRig.Timer(sandbox, service);

        Assert.InRange(monotonic, 290, (long)ClockRig.Slack.TotalMilliseconds);
        Assert.Equal(0, wall);
        Assert.Equal(ClockRig.Start, (await ClockRig.Now(sandbox, service)).Time);
        ClockProbed probed = await ClockRig.Probed(sandbox, "shop");
        Assert.True(probed.Reach is ClockReach.Reached, probed.Detail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Go_IsNotReachedAndLoopSaysSo(bool isSealed)
    {
        SandboxService service = await ClockServices.Of("Go", "shop", FreePorts.Take());
        await using ISandbox sandbox = await ClockRig.Started(new ClockPlan { Mode = ClockMode.Shifted, Start = ClockRig.Start }, isSealed, service);

        Assert.InRange((await ClockRig.Now(sandbox, service)).Time, DateTimeOffset.UtcNow - ClockRig.Slack, DateTimeOffset.UtcNow + ClockRig.Slack);

        ClockProbed probed = await ClockRig.Probed(sandbox, "shop");
        Assert.Equal(ClockReach.NotReached, probed.Reach);
        Assert.EndsWith("/clock is a Go program: it reads the time from the kernel itself, which cannot be changed for one process", probed.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".NET")]
    [InlineData("Node")]
    [InlineData("Python")]
    [InlineData("Java")]
    public async Task Zone_IsThePlans(string runtime)
    {
        // Both are 02:30 in Berlin: the hour that comes twice.
        SandboxService service = await ClockServices.Of(runtime, "shop", FreePorts.Take());
        foreach ((int hour, int ahead) in new[] { (0, 120), (1, 60) })
        {
            ClockPlan clock = new() { Mode = ClockMode.Frozen, Start = new DateTimeOffset(2020, 10, 25, hour, 30, 0, TimeSpan.Zero), TimeZone = "Europe/Berlin" };
            await using ISandbox sandbox = await ClockRig.Started(clock, isSealed: true, service);

            Assert.Equal((clock.Start, ahead), await ClockRig.Now(sandbox, service));
        }
    }

    [Theory]
    [InlineData(".NET", "NotTimeValid")]
    [InlineData("Python", "certificate has expired")]
    public async Task Certificate_IsJudgedAtThePlannedTime(string runtime, string expired)
    {
        SandboxService service = await ClockServices.Of(runtime, "shop", FreePorts.Take());
        await Certificates.Write(service.WorkFolder, ClockRig.Start - TimeSpan.FromDays(1), ClockRig.Start + TimeSpan.FromDays(1));
        foreach ((ClockMode mode, string judgement) in new[] { (ClockMode.Shifted, "valid"), (ClockMode.Real, expired) })
        {
            await using ISandbox sandbox = await ClockRig.Started(new ClockPlan { Mode = mode, Start = ClockRig.Start }, isSealed: true, service);

            Assert.Equal(judgement, await ClockRig.Ask(sandbox, service, "certificate"));
        }
    }
}
