using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>Limits by control groups of version 1; version 2 is written but this was never run with it.</summary>
public sealed class LimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Memory_BeyondTheLimit_EndsTheService()
    {
        await using ISandbox sandbox = await Started(new SandboxLimits { MemoryBytes = 256 << 20 });
        Assert.Equal("allocated", await TestSandbox.Get(sandbox, "shop", 8080, "/allocate/16"));

        await Assert.ThrowsAsync<HttpRequestException>(() => TestSandbox.Get(sandbox, "shop", 8080, "/allocate/1024"));

        ServiceExited? exited = null;
        await foreach (SandboxObservation observation in sandbox.Observations.ReadAllAsync(Token))
        {
            exited = observation as ServiceExited;
            if (exited is not null)
                break;
        }

        Assert.Equal(new ServiceExited("shop", 137, Asked: false), exited);
    }

    [Fact]
    public async Task Limits_HoldForTheServiceAndGoWithTheSandbox()
    {
        string group;
        await using (ISandbox sandbox = await Started(new SandboxLimits { Processors = 0.5, Tasks = 64 }))
        {
            string groups = await TestSandbox.Get(sandbox, "shop", 8080, "/file/%2Fproc%2Fself%2Fcgroup");
            string path = groups.Split('\n').Single(line => line.Contains(":pids:", StringComparison.Ordinal)).Split(':')[2];
            group = "/sys/fs/cgroup/pids" + path;
            Assert.Contains(sandbox.Id, path, StringComparison.Ordinal);
            Assert.Equal("64\n", await File.ReadAllTextAsync(group + "/pids.max", Token));
            Assert.Equal("50000\n", await File.ReadAllTextAsync($"/sys/fs/cgroup/cpu{path}/cpu.cfs_quota_us", Token));
        }

        Assert.False(Directory.Exists(group));
    }

    [Fact]
    public async Task Limits_ThatCannotBeSet_AreAnError()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080) with { Limits = new SandboxLimits { Tasks = -5 } }] };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(plan, Token));

        Assert.Contains("The limit on pids of shop cannot be set", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<ISandbox> Started(SandboxLimits limits)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        // No program that could be installed is missing here, so nobody can demand it.
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Directory.Exists("/sys/fs/cgroup/pids"), "Control groups of version 1 and root are needed.");
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [TestSandbox.Web("shop", 8080) with { Limits = limits }] }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }
}
