namespace Loop.Replayer.Agent.Linux;

/// <summary>The kernel refused a call.</summary>
internal sealed class KernelRefusedException(string message, int error) : Exception(message)
{
    /// <summary>The value of <c>errno</c>.</summary>
    public int Error { get; } = error;
}
