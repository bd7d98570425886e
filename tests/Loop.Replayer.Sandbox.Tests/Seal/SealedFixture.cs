using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Tests.Seal;

/// <summary>One sandbox with the hostile program in it, for all doors.</summary>
public class SealedFixture : IAsyncLifetime
{
    private ISandbox? _sandbox;

    /// <summary>A folder of the host that the hostile program may read.</summary>
    public string VisibleFolder { get; } = Directory.CreateTempSubdirectory("loop-visible-").FullName;

    /// <summary>The user that the hostile program sees itself as.</summary>
    protected virtual int UserId => 0;

    /// <summary>The sandbox; where the kernel gives no namespaces the test ends here.</summary>
    public async Task<ISandbox> Required()
    {
        await TestSandbox.Required();
        return _sandbox!;
    }

    public async ValueTask InitializeAsync()
    {
        ProcessSandboxDriver driver = TestSandbox.Driver();
        if (await driver.FindObstacle(CancellationToken.None) is not null)
            return;
        SandboxService hostile = TestSandbox.Web("hostile", 8080);
        hostile = hostile with { UserId = UserId, Folders = [.. hostile.Folders, VisibleFolder] };
        _sandbox = await driver.Prepare(new SandboxPlan { Services = [hostile] }, CancellationToken.None);
        if (await _sandbox.Start(CancellationToken.None) is { } failure)
            throw new InvalidOperationException(failure.Reason);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
            await _sandbox.DisposeAsync();
        Directory.Delete(VisibleFolder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
