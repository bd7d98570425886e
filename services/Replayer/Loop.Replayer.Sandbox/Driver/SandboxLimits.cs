namespace Loop.Replayer.Sandbox.Driver;

/// <summary>What one service may use; null means as much as the machine gives.</summary>
public sealed record SandboxLimits
{
    /// <summary>Memory in bytes; beyond it the kernel kills the service.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Share of processors: 0.5 is half of one.</summary>
    public double? Processors { get; init; }

    /// <summary>Processes and threads together.</summary>
    public int? Tasks { get; init; }
}
