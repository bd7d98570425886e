using System.ComponentModel.DataAnnotations;
using Loop.Hosting.Configuration;

namespace Loop.Replayer.Hosting;

/// <summary>Options of the replayer.</summary>
public sealed class ReplayOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Replay";

    /// <summary>Destinations besides loopback that replays may be sent to. Default: none.</summary>
    public IList<AllowedDestination> AllowedDestinations { get; init; } = [];

    /// <summary>Ports on this machine that replays are never sent to, besides those that this process listens on. Default: Loop's own 5678 to 5680.</summary>
    public IList<int> OwnPorts { get; init; } = [5678, 5679, 5680];

    /// <summary>Replays that may wait for their turn; further ones are refused. Default 64.</summary>
    [Range(1, 10_000)]
    public int QueueLimit { get; set; } = 64;

    /// <summary>Replays that run at the same time. More than one changes the timing of each, which failures that hang on it notice. Default 1.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 1;

    /// <summary>How often to look for replays that a replayer which is gone left open. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan RecoveryInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A replay of a replayer on another machine, whose life cannot be seen from here, is taken up when its stream has been quiet for so long. Longer than any
    /// step of a run takes. Default 30 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan ForeignQuiet { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Shortest time limit of a request; the limit is this or three times the recorded duration. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan MinimumTimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time limit that a request for a replay may ask for, and ceiling of the computed one. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan MaximumTimeLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a live service or a dependency may take until it is ready, unless the service's <c>health:</c> in the sandbox file says otherwise. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ReadyLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes read of an answer; the rest is not read and the answer is marked truncated. Default 16 MiB.</summary>
    [Range(1, 1024 * 1024 * 1024)]
    public int ResponseLimitBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Deeper hops are awaited until none arrived for this long. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ObservationQuiet { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for deeper hops after the answer. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ObservationLimit { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>A destination that is not this machine, and what to send to it.</summary>
public sealed class AllowedDestination
{
    /// <summary><c>host</c>, <c>host:port</c>, an address, or a network as <c>10.0.0.0/8</c>.</summary>
    [Required]
    public string Destination { get; set; } = "";

    /// <summary>Headers to send there in place of redacted ones, name → value. Secrets: from the environment, never printed.</summary>
    [Secret]
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}
