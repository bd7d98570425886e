using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>A service that is not user 0.</summary>
public sealed class OtherUserTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UserId_IsWhatTheServiceSees()
    {
        await using ISandbox sandbox = await Started(4711);

        Assert.Equal("4711 4711 loop4711 (0)", await Run(sandbox, "echo $(id -u) $(id -g) $(id -un)"));
        Assert.Equal("1", await TestSandbox.Get(sandbox, "shop", 8080, "/processes"));
    }

    [Fact]
    public async Task WorkFolder_BelongsToIt()
    {
        await using ISandbox sandbox = await Started(4711);

        Assert.Equal("4711 (0)", await Run(sandbox, "touch made && stat -c %u made"));
        Assert.EndsWith("Read-only file system (1)", await Run(sandbox, "touch /etc/made"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4711)]
    public async Task FurtherUserNamespaces_AreShut(int user)
    {
        await using ISandbox sandbox = await Started(user);

        Assert.Matches(@"\Aunshare: unshare failed: (No space left on device|Operation not permitted) \(1\)\z", await Run(sandbox, "unshare --user true"));
        Assert.EndsWith("(1)", await Run(sandbox, "unshare --net true"), StringComparison.Ordinal);
        Assert.Matches(@"(Permission denied|Read-only file system) \([12]\)\z", await Run(sandbox, "echo 5 > /proc/sys/user/max_user_namespaces"));
        Assert.Equal("none", await TestSandbox.Get(sandbox, "shop", 8080, "/door/capabilities/-"));
    }

    [Fact]
    public async Task Command_ThatIsMissing_IsNamed()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxService service = TestSandbox.Web("shop", 8080) with { Command = ["no-such-program"], UserId = 4711 };
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [service] }, Token);

        SandboxFailure? failure = await sandbox.Start(Token);

        Assert.Equal(SandboxFailureKind.CommandMissing, failure!.Kind);
        Assert.Contains("no-such-program cannot be executed: it does not exist in the sandbox", failure.Reason, StringComparison.Ordinal);
    }

    private static Task<string> Run(ISandbox sandbox, string command) => TestSandbox.Get(sandbox, "shop", 8080, "/run/" + Uri.EscapeDataString(command));

    private static async Task<ISandbox> Started(int user)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [TestSandbox.Web("shop", 8080) with { UserId = user }] }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }
}
