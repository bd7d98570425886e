namespace Loop.Replayer.Core.Verdicts;

/// <summary>The plan of a replay as far as it can change an outcome. Two replays compare only under equal conditions.</summary>
public sealed record ReplayConditions
{
    /// <summary>Conversation.</summary>
    public required string ConversationId { get; init; }

    /// <summary>Hop that is judged.</summary>
    public required string JudgedHopId { get; init; }

    /// <summary>Live services with the state that each was given, as the sandbox file declares it.</summary>
    public required IReadOnlyDictionary<string, string> StateByLiveService { get; init; }

    /// <summary>Clock, time zone and locale.</summary>
    public required string Clock { get; init; }

    /// <summary>How the way out is closed.</summary>
    public required Evidence Network { get; init; }

    /// <summary>Name of the mask; empty without one.</summary>
    public string Mask { get; init; } = "";

    /// <summary>The asserted wrong value with its place; empty without one.</summary>
    public string Asserted { get; init; } = "";

    /// <summary>True when nothing but the build may explain another outcome.</summary>
    public bool AreEqual(ReplayConditions other) =>
        ConversationId == other.ConversationId && JudgedHopId == other.JudgedHopId && Clock == other.Clock && Network == other.Network && Mask == other.Mask && Asserted == other.Asserted
        && StateByLiveService.Count == other.StateByLiveService.Count
        && StateByLiveService.All(pair => other.StateByLiveService.TryGetValue(pair.Key, out string? state) && state == pair.Value);
}

/// <summary>A finished replay as it is stored.</summary>
/// <param name="Conditions">Under which it ran.</param>
/// <param name="Builds">Build of each live service: file hash, image digest or git sha.</param>
/// <param name="Decision">Its verdict with its runs.</param>
public sealed record EarlierReplay(ReplayConditions Conditions, IReadOnlyDictionary<string, string> Builds, Decision Decision)
{
    /// <summary>Ids of the replays that it stands for.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];
}
