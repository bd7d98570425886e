namespace Loop.Replayer.Sandbox.Driver;

/// <summary>One service that runs for real.</summary>
public sealed record SandboxService
{
    /// <summary>The service's name: lower-case letters, digits, '-' and '.', at most 63 characters. It is its host name too.</summary>
    public required string Name { get; init; }

    /// <summary>Program and arguments. A program without '/' is looked up in the PATH of <see cref="Environment"/>.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>
    /// The folder that the service starts in, and the only one outside its private ones that it can write to. It finds the content that the folder has when the
    /// place is made; what it writes is seen by itself and by what makes its state, and goes with the sandbox.
    /// </summary>
    public required string WorkFolder { get; init; }

    /// <summary>
    /// The whole environment; nothing is inherited but a default PATH, HOME and TMPDIR. <c>${call:HOST:PORT}</c> in a value becomes the address by which
    /// the service calls that recorded host: itself where the sandbox is sealed, a port of the agent where it is not.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The TCP port that the service listens on when it is ready.</summary>
    public required int Port { get; init; }

    /// <summary>An optional path that must answer a GET before the service counts as ready.</summary>
    public string? ReadyPath { get; init; }

    /// <summary>The status that <see cref="ReadyPath"/> must be answered with; null for any below 400.</summary>
    public int? ReadyStatus { get; init; }

    /// <summary>How long the service may take until it is ready; null for <see cref="SandboxPlan.ReadyLimit"/>.</summary>
    public TimeSpan? ReadyLimit { get; init; }

    /// <summary>How other live services reach this one. Calls to its hosts at other ports end at the call handler.</summary>
    public IReadOnlyList<ServiceAddress> Addresses { get; init; } = [];

    /// <summary>Loopback addresses that the recording saw this service call (a sidecar's 127.0.0.1:15001), as <c>address:port</c>.</summary>
    public IReadOnlyList<string> RecordedLoopback { get; init; } = [];

    /// <summary>Further folders that the service may read: a runtime that is not installed for the whole machine, for instance.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Absolute path → content of files that the service finds there, over what may be there already.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>
    /// What makes the service's state, when all dependencies are ready and no service runs yet. Statements and dumps go to the only dependency of the
    /// service that they can mean, after its own seed; then come the commands.
    /// </summary>
    public IReadOnlyList<StateStep> State { get; init; } = [];

    /// <summary>
    /// The user that the service sees itself as, and by which it owns its work folder. Default 0: root without any right. Programs that refuse to run
    /// as root take another number. Where the sandbox is not sealed, it counts only if the replayer itself is root.
    /// </summary>
    public int UserId { get; init; }

    /// <summary>What the service may use.</summary>
    public SandboxLimits Limits { get; init; } = new();
}
