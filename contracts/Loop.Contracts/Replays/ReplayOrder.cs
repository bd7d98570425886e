using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Contracts.Replays;

/// <summary>What a replay was accepted as, so that another process than the one that accepted it can take it up, and can tell whether it would still be the same.</summary>
public sealed record ReplayOrder
{
    /// <summary>The <see cref="ReplayRequest"/> as the API takes it, with the full ids of conversation and hop; null when it may not be stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Request { get; init; }

    /// <summary>Why the request is not stored; null when it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Withheld { get; init; }

    /// <summary>SHA-256 over what the conversation held.</summary>
    public required string RecordingSha256 { get; init; }

    /// <summary>SHA-256 over what was to be driven, run and judged.</summary>
    public required string PlanSha256 { get; init; }

    /// <summary>SHA-256 of the sandbox file; null for a replay against a destination.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SandboxFileSha256 { get; init; }
}
