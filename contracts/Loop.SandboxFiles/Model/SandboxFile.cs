namespace Loop.SandboxFiles;

/// <summary>What <c>loop-sandbox.yaml</c> says: which services run live in a sandbox, and what they need beside the recording.</summary>
public sealed record SandboxFile
{
    /// <summary>Name under which a sandbox file is looked for.</summary>
    public const string FileName = "loop-sandbox.yaml";

    /// <summary>Folder that all paths of the file are relative to, itself relative to the file.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>Services in the order of the file. Those that it does not name are answered from the recording.</summary>
    public required IReadOnlyList<SandboxService> Services { get; init; }

    /// <summary>Real local servers, made anew for every run.</summary>
    public IReadOnlyList<SandboxDependency> Dependencies { get; init; } = [];

    /// <summary>Calls that belong to no request: reported, never decisive.</summary>
    public IReadOnlyList<BackgroundCall> Background { get; init; } = [];

    /// <summary>Requests sent before the entry, to fill caches.</summary>
    public IReadOnlyList<WarmRequest> Warm { get; init; } = [];

    /// <summary>Secrets that are made or taken for the replay, since redaction tokens are never sent.</summary>
    public IReadOnlyList<SandboxCredential> Credentials { get; init; } = [];

    /// <summary>Which time the live services see.</summary>
    public SandboxClock Clock { get; init; } = SandboxClock.Shifted;

    /// <summary>IANA time zone of the live services.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Locale of the live services.</summary>
    public string Locale { get; init; } = "C.UTF-8";

    /// <summary>Services that are given one request at a time.</summary>
    public IReadOnlyList<string> Serialise { get; init; } = [];

    /// <summary>The absolute path of <see cref="Folder"/>.</summary>
    /// <param name="path">Absolute path of the file.</param>
    public string FolderOf(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder, Path.GetDirectoryName(path)!));

    /// <summary>What a person has still to say: <c>services.payments.command</c>. A replay can start only without unknown commands and ports.</summary>
    public IReadOnlyList<string> Unknown =>
    [
        .. from service in Services
           where service.IsLive
           from what in new[] { service.Command is null ? "command" : null, service.Port is null ? "port" : null, service.State is ServiceState.Unknown ? "state" : null }
           where what is not null
           select $"services.{service.Name}.{what}",
    ];
}

/// <summary>Which time live services see.</summary>
public enum SandboxClock
{
    /// <summary>Starts at the recorded time and runs.</summary>
    Shifted,

    /// <summary>Wall clock stands at the recorded time; monotonic time runs, or timers would stop.</summary>
    Frozen,

    /// <summary>The time of the replay.</summary>
    Real,
}
