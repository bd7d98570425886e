using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Destinations;
using Loop.Replayer.Sandboxes;
using Loop.SandboxFiles;

namespace Loop.Replayer.Engine;

/// <summary>An accepted replay that waits for its turn.</summary>
/// <param name="Ids">Its fresh names.</param>
/// <param name="Plan">What is sent and judged.</param>
/// <param name="Headers">Headers that a person supplied.</param>
/// <param name="RequestedAt">When it was asked for.</param>
public abstract record ReplayJob(ReplayIds Ids, ReplayPlan Plan, IReadOnlyDictionary<string, string> Headers, DateTimeOffset RequestedAt)
{
    /// <summary>Where the request goes, for people: <c>host:port</c>, or <c>sandbox</c>.</summary>
    public abstract string DestinationName { get; }

    /// <summary>Everything that the conversation held when the job was made.</summary>
    public IReadOnlyList<Exchange> Exchanges { get; init; } = [];

    /// <summary>Which of the times this is that it is carried out.</summary>
    public ReplayAttempt Attempt { get; init; } = ReplayAttempt.First;
}

/// <summary>A replay against a destination.</summary>
/// <param name="Ids">Its fresh names.</param>
/// <param name="Plan">What is sent and judged.</param>
/// <param name="Destination">Checked.</param>
/// <param name="Headers">Headers that a person supplied.</param>
/// <param name="Limit">Longest wait for the answer.</param>
/// <param name="WaitsLongEnough">True when the limit is at least the one that a hang is judged by.</param>
/// <param name="RequestedAt">When it was asked for.</param>
public sealed record ExternalJob(
    ReplayIds Ids, ReplayPlan Plan, Destination Destination, IReadOnlyDictionary<string, string> Headers, TimeSpan Limit, bool WaitsLongEnough, DateTimeOffset RequestedAt)
    : ReplayJob(Ids, Plan, Headers, RequestedAt)
{
    /// <inheritdoc/>
    public override string DestinationName => Destination.Name;

    /// <summary>What is sent beside the recording: the person's word wins over the allow-list's.</summary>
    public IReadOnlyDictionary<string, string> Supplied
    {
        get
        {
            Dictionary<string, string> all = new(Destination.Headers, StringComparer.OrdinalIgnoreCase);
            foreach ((string name, string value) in Headers)
                all[name] = value;
            return all;
        }
    }
}

/// <summary>A replay in a sandbox.</summary>
/// <param name="Ids">Its fresh names.</param>
/// <param name="Choice">The plan and what was chosen.</param>
/// <param name="Live">Which hops are live.</param>
/// <param name="Request">As asked for.</param>
/// <param name="File">The sandbox file.</param>
/// <param name="Headers">Headers that a person supplied.</param>
/// <param name="TimeoutSeconds">The longest wait that was asked for; null means max(30 s, 3 × recorded).</param>
/// <param name="RequestedAt">When it was asked for.</param>
public sealed record SandboxJob(
    ReplayIds Ids, SandboxChoice Choice, LivePlan Live, SandboxReplay Request, SandboxFile File, IReadOnlyDictionary<string, string> Headers, double? TimeoutSeconds, DateTimeOffset RequestedAt)
    : ReplayJob(Ids, Choice.Plan, Headers, RequestedAt)
{
    /// <summary>How reports name the destination of such a replay.</summary>
    public const string Destination = "sandbox";

    /// <inheritdoc/>
    public override string DestinationName => Destination;

    /// <summary>Protobuf types that the file's descriptor sets give.</summary>
    internal DescriptorSet Descriptors { get; init; } = DescriptorSet.Empty;

    /// <summary>What an earlier replay learned to vary; null when no mask was asked for.</summary>
    internal LearnedNoise? Noise { get; init; }

    /// <summary>SHA-256 of the sandbox file as it was read.</summary>
    public string FileSha256 { get; init; } = "";

    /// <summary>The folder that the paths of the sandbox file are relative to.</summary>
    public string Folder => File.FolderOf(Request.File);

    /// <summary>Hop at and below which is driven, as asked for; null for the whole conversation.</summary>
    public string? FromHop { get; init; }

    /// <summary>Names of the headers that the person supplied, without those that the file's credentials give.</summary>
    public IReadOnlyList<string> SuppliedHeaders { get; init; } = [];

    /// <summary>Services that run, as the file describes them.</summary>
    public IReadOnlyList<SandboxService> LiveServices => [.. File.Services.Where(service => Live.Live.Contains(service.Name))];

    /// <summary>The asserted wrong value with its place; empty without one.</summary>
    public string Asserted => Choice.Assertion is { } assertion ? $"{assertion.Hop} {assertion} expected {assertion.Expected}" : "";
}
