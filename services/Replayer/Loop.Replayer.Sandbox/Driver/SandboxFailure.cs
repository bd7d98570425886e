namespace Loop.Replayer.Sandbox.Driver;

/// <summary>Why a sandbox did not come up. A replay in it is inconclusive.</summary>
/// <param name="Kind">The stage that failed.</param>
/// <param name="Service">The service that it concerns; for a dependency the one that owns it.</param>
/// <param name="Reason">A sentence for the user: what happened, and what to do.</param>
public sealed record SandboxFailure(SandboxFailureKind Kind, string Service, string Reason);

/// <summary>The stage that failed.</summary>
public enum SandboxFailureKind
{
    /// <summary>The program does not exist in the sandbox, or cannot be executed.</summary>
    CommandMissing = 0,

    /// <summary>The fences could not be put up around the service; it was not started.</summary>
    NotSealed = 1,

    /// <summary>The service ended before it was ready.</summary>
    Exited = 2,

    /// <summary>The service runs but listens nowhere.</summary>
    NotListening = 3,

    /// <summary>The service listens, but not on its port.</summary>
    ListensElsewhere = 4,

    /// <summary>The service listens but its probe was not answered well.</summary>
    ProbeFailed = 5,

    /// <summary>The agent itself ended.</summary>
    AgentLost = 6,

    /// <summary>A step that makes state failed; the reason ends with the last words of its tool.</summary>
    SeedFailed = 7,

    /// <summary>A dependency did not come up, or is not installed.</summary>
    DependencyFailed = 8,
}
