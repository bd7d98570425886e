using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandboxes;

/// <summary>Gives the driver of sandboxes. Asking the machine what it can seal takes a second, so it is asked when the first replay needs it, and once.</summary>
internal sealed class SandboxDriverSource(ProcessSandboxOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<ISandboxDriver>? _driver;

    /// <summary>The driver; what killed replayers left behind is gone when it is given.</summary>
    public async Task<ISandboxDriver> Get(CancellationToken cancellationToken)
    {
        Task<ISandboxDriver> driver;
        lock (_gate)
        {
            if (_driver is null || _driver.IsFaulted)
                _driver = Make();
            driver = _driver;
        }

        return await driver.WaitAsync(cancellationToken);
    }

    /// <summary>Removes what killed replayers left behind, without asking what this machine can seal; returns how many sandboxes that were.</summary>
    public Task<int> Sweep(CancellationToken cancellationToken) => new ProcessSandboxDriver(options, time).Sweep(cancellationToken);

    private async Task<ISandboxDriver> Make()
    {
        ProcessSandboxDriver driver = await ProcessSandboxDriver.Choose(options, time, CancellationToken.None);
        await driver.Sweep(CancellationToken.None);
        return driver;
    }
}
