namespace Loop.SandboxFiles;

/// <summary>A service of the sandbox.</summary>
public sealed record SandboxService
{
    /// <summary>Name as in recordings.</summary>
    public required string Name { get; init; }

    /// <summary>How it is started; null when unknown, or when it is not live.</summary>
    public StartCommand? Command { get; init; }

    /// <summary>Folder in which it starts, relative to the sandbox file; the only one that it may write to.</summary>
    public string WorkFolder { get; init; } = ".";

    /// <summary>Environment beside what the sandbox sets itself.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Port that it listens on, 1 to 65535; null when unknown.</summary>
    public int? Port { get; init; }

    /// <summary>Probe beside the listening port; null without one.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>What names the build; null means the hash of the started file.</summary>
    public BuildSource? Build { get; init; }

    /// <summary>State that HTTP does not show.</summary>
    public ServiceState State { get; init; } = new ServiceState.Unknown();

    /// <summary>Debug adapter; null without one.</summary>
    public DebugSetup? Debug { get; init; }

    /// <summary>Protobuf descriptor sets for gRPC, relative to the sandbox file.</summary>
    public IReadOnlyList<string> Descriptors { get; init; } = [];

    /// <summary>False when it is answered from the recording.</summary>
    public bool IsLive => State is not ServiceState.Recorded;
}

/// <summary>Words of a command; a command written as one text is run by <c>sh -c</c>.</summary>
/// <param name="Words">At least one.</param>
public sealed record StartCommand(IReadOnlyList<string> Words);

/// <summary>A probe for readiness.</summary>
/// <param name="Path">Path for GET.</param>
/// <param name="Status">Expected status, 200 by default.</param>
/// <param name="TimeoutSeconds">Longest wait, 60 by default.</param>
public sealed record HealthCheck(string Path, int Status, int TimeoutSeconds);

/// <summary>What names a build.</summary>
/// <param name="Kind">How to read <paramref name="Value"/>.</param>
/// <param name="Value">Path, digest or git revision.</param>
public sealed record BuildSource(BuildKind Kind, string Value);

/// <summary>Kinds of <see cref="BuildSource"/>.</summary>
public enum BuildKind
{
    /// <summary>Hash of a file.</summary>
    File,

    /// <summary>Digest of an image.</summary>
    Image,

    /// <summary>Git revision.</summary>
    Git,
}

/// <summary>How a debugger gets into the service.</summary>
/// <param name="Adapter">Which one.</param>
/// <param name="Port">Its port in the service's namespace; null means a free one.</param>
/// <param name="Wait">True when the service starts only after the debugger is there.</param>
public sealed record DebugSetup(DebugAdapter Adapter, int? Port, bool Wait);

/// <summary>Debug adapters that a sandbox knows.</summary>
public enum DebugAdapter
{
    /// <summary>Python.</summary>
    Debugpy,

    /// <summary>Go.</summary>
    Delve,

    /// <summary>C, C++, Rust.</summary>
    Lldb,

    /// <summary>Node.js inspector.</summary>
    Node,

    /// <summary>Java.</summary>
    Jdwp,

    /// <summary>.NET.</summary>
    Netcoredbg,
}
