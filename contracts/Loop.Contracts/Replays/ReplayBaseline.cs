namespace Loop.Contracts.Replays;

/// <summary>The proof without which an absent failure is not fixed: sealed replays of one build under one plan, of which at least one reproduced it.</summary>
public sealed record ReplayBaseline
{
    /// <summary>Ids of the replays that it sums up.</summary>
    public required IReadOnlyList<string> Replays { get; init; }

    /// <summary>Under which they ran.</summary>
    public required SandboxConditions Conditions { get; init; }

    /// <summary>Live service → its build.</summary>
    public required IReadOnlyDictionary<string, string> Builds { get; init; }

    /// <summary>Row of the verdict table by which one of them reproduced it: <c>R1</c>; <c>H</c> for a healthy one that came out the same.</summary>
    public required string Row { get; init; }

    /// <summary>Runs that reproduced it.</summary>
    public required int ReproducedRuns { get; init; }

    /// <summary>All runs.</summary>
    public required int Runs { get; init; }
}

/// <summary>What a replay would do, without doing it: <c>POST /api/v1/replays/check</c>.</summary>
public sealed record ReplayCheck
{
    /// <summary>Whole id of the conversation.</summary>
    public required string ConversationId { get; init; }

    /// <summary>Services that would run.</summary>
    public required IReadOnlyList<string> Live { get; init; }

    /// <summary>The hop that would be judged, in words; null when nothing failed and nobody named one.</summary>
    public string? Judged { get; init; }

    /// <summary>What may explain another outcome, the build aside.</summary>
    public required SandboxConditions Conditions { get; init; }

    /// <summary>Live service → its build as it is now.</summary>
    public required IReadOnlyDictionary<string, string> Builds { get; init; }

    /// <summary>Stored sealed replays under the same conditions that reproduced the failure, one entry per build, that with the most runs first.</summary>
    public required IReadOnlyList<ReplayBaseline> Baselines { get; init; }

    /// <summary>How many clean runs of another build it takes to call it fixed against the first of <see cref="Baselines"/>; null when there is none, or no number does.</summary>
    public int? RunsNeeded { get; init; }
}
