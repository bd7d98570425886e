namespace Loop.Replayer.Sandbox.Driver;

/// <summary>Makes places in which real copies of services run with nothing real behind them. One driver per way of making them.</summary>
public interface ISandboxDriver
{
    /// <summary>The driver's name in configuration and reports: <c>process</c>, later <c>kubernetes</c>.</summary>
    string Name { get; }

    /// <summary>Says what this machine lacks for a sealed sandbox; null when nothing is missing.</summary>
    Task<string?> FindObstacle(CancellationToken cancellationToken);

    /// <summary>Makes the place and its names, listeners and fences. No service runs yet.</summary>
    /// <exception cref="SandboxException">The place cannot be made, or the plan contradicts itself.</exception>
    Task<ISandbox> Prepare(SandboxPlan plan, CancellationToken cancellationToken);

    /// <summary>Ends what earlier replayers left behind because they were killed. Returns how many sandboxes were ended.</summary>
    Task<int> Sweep(CancellationToken cancellationToken);
}
