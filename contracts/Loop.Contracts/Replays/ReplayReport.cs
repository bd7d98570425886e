using System.Text.Json.Serialization;

namespace Loop.Contracts.Replays;

/// <summary>What the API and <c>loopctl replay --json</c> print: <c>GET /api/v1/replays/{id}</c>.</summary>
public sealed record ReplayReport
{
    /// <summary>Id of the replay.</summary>
    public required string Id { get; init; }

    /// <summary>Conversation that was replayed.</summary>
    public required string ConversationId { get; init; }

    /// <summary>Where the request went: <c>host:port</c>, or <c>sandbox</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>Hop that was sent.</summary>
    public required string HopId { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary><c>preparing</c>, <c>sending</c>, <c>observing</c>, <c>finished</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>How far the runs of a sandbox are; null before the first, for other destinations, and at the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunsProgress? Progress { get; init; }

    /// <summary>Null while it runs.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Row of the verdict table, <c>R1</c>, <c>V3</c>…</summary>
    public string? Row { get; init; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do next; null when there is nothing.</summary>
    public string? NextStep { get; init; }

    /// <summary>How far the verdict reaches: <c>sealed</c> or <c>unsealed</c> for a sandbox, <c>entry</c> for an external destination.</summary>
    public required string Evidence { get; init; }

    /// <summary>First difference first.</summary>
    public IReadOnlyList<Divergence> Divergences { get; init; } = [];

    /// <summary>Names of the headers and fields that were left out of the comparison, with why and in which messages; the first two of those are named.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>What was changed or left out when the request was sent.</summary>
    public IReadOnlyList<string> Adjustments { get; init; } = [];

    /// <summary>Status as recorded.</summary>
    public int? RecordedStatus { get; init; }

    /// <summary>Status of the replay's answer; null when none came.</summary>
    public int? ReplayedStatus { get; init; }

    /// <summary>Recorded duration of the entry, milliseconds.</summary>
    public double? RecordedDurationMs { get; init; }

    /// <summary>Duration of the replayed entry, milliseconds.</summary>
    public double? ReplayedDurationMs { get; init; }

    /// <summary>Hops of the replay that were seen, the entry included: by capture nodes, or by the sandbox.</summary>
    public int ObservedHops { get; init; }

    /// <summary>What only a replay in a sandbox has; null for one against a destination.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SandboxReport? Sandbox { get; init; }
}

/// <summary>How far the runs of a replay are.</summary>
/// <param name="Run">The run that it is at, from 1, the control and those that noise is learned from included.</param>
/// <param name="Of">How many there are.</param>
/// <param name="EndsAbout">When the last will end, if each takes as long as those before; null while nothing is known.</param>
public sealed record RunsProgress(int Run, int Of, DateTimeOffset? EndsAbout);

/// <summary>One named difference between recorded and replayed.</summary>
/// <param name="Hop">Where in the tree, in words: <c>entry</c> or <c>payments POST /charge #1</c>.</param>
/// <param name="Place"><c>status</c>, <c>grpc-status</c>, <c>header content-type</c>, <c>body $.total</c>, <c>body line 3</c>, <c>call missing</c>, <c>call extra</c>.</param>
/// <param name="Recorded">Recorded value, shortened to 200 characters; null when absent.</param>
/// <param name="Replayed">Replayed value; null when absent.</param>
public sealed record Divergence(string Hop, string Place, string? Recorded, string? Replayed);
