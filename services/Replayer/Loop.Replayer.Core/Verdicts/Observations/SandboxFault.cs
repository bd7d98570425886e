namespace Loop.Replayer.Core.Verdicts;

/// <summary>Why nothing that was seen may be believed.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Detail">Which service, which step, what it said.</param>
public sealed record SandboxFault(SandboxFaultKind Kind, string Detail);

/// <summary>Faults of the sandbox, not of the services under test.</summary>
public enum SandboxFaultKind
{
    /// <summary>Loop itself failed.</summary>
    HarnessError,

    /// <summary>Somebody, or a stop of the process, ended the replay.</summary>
    Cancelled,

    /// <summary>A service or a dependency did not become ready.</summary>
    Unhealthy,

    /// <summary>Declared state could not be made.</summary>
    SeedFailed,

    /// <summary>A live service ended before the entry request was sent.</summary>
    ServiceDied,

    /// <summary>A person changed values in a debugger.</summary>
    ValuesChanged,

    /// <summary>What was recorded cannot be read.</summary>
    RecordingUnreadable,
}

/// <summary>How the healthy conversation of the same route did in the same sandbox, before the failing one.</summary>
public enum ControlResult
{
    /// <summary>There was none.</summary>
    NotRun,

    /// <summary>It was healthy again.</summary>
    Passed,

    /// <summary>A request that was healthy fails here: the sandbox is broken.</summary>
    Failed,
}
