namespace Loop.Replayer.Sandbox.Driver;

/// <summary>What a driver needs to know. Nothing in it says how the place is made, so that processes and pods take the same plan.</summary>
public sealed record SandboxPlan
{
    /// <summary>The services that run for real. Names are unique.</summary>
    public required IReadOnlyList<SandboxService> Services { get; init; }

    /// <summary>Host names that occur in the recording. Each resolves to a made-up address; every other name does not exist.</summary>
    public IReadOnlyList<string> RecordedHosts { get; init; } = [];

    /// <summary>Real servers for the services. All are ready, and all state is made, before the first service starts.</summary>
    public IReadOnlyList<DependencyPlan> Dependencies { get; init; } = [];

    /// <summary>How long one step that makes state may take. Default 5 min.</summary>
    public TimeSpan StateLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a dependency, or a service that has no limit of its own, may take until it is ready. Default 30 s.</summary>
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a service may take to end after it was asked to. Then it is killed. Default 2 s.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time, time zone and locale of the live services.</summary>
    public ClockPlan Clock { get; init; } = new();

    /// <summary>A certificate, as PEM, of an authority that live services trust; null leaves them with what the machine trusts. Only where a sandbox is sealed.</summary>
    public string? TrustedAuthority { get; init; }

    /// <summary>Given to the call handler as it is; the agent itself does not read it. A path to the recording, for instance.</summary>
    public string? HandlerInput { get; init; }
}
