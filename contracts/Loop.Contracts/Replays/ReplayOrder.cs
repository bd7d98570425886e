using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Api;

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

    /// <summary>Faults and edits of a request that is not stored, each shortened: a replay that was changed by hand says so however it ends. Null where the request says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WhatIfMark? WhatIf { get; init; }

    /// <summary>The replayer that accepted it, and in whose queue it waits; null in streams of before it was stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReplayHolder? Holder { get; init; }

    /// <summary>SHA-256 over what the conversation held.</summary>
    public required string RecordingSha256 { get; init; }

    /// <summary>SHA-256 over what was to be driven, run and judged.</summary>
    public required string PlanSha256 { get; init; }

    /// <summary>SHA-256 of the sandbox file; null for a replay against a destination.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SandboxFileSha256 { get; init; }

    /// <summary>What a report of the replay holds from its acceptance on, so that nobody takes it for a replay of what was recorded; null for one without faults and edits.</summary>
    public SandboxReport? Marked()
    {
        if (WhatIf is { } mark)
            return new SandboxReport { File = mark.File, Live = mark.Live, WhatIf = mark.Texts };
        SandboxReplay? asked = Request?.Deserialize<ReplayRequest>(LoopJson.Options)?.Sandbox;
        return asked is { Faults.Count: > 0 } or { Edits.Count: > 0 } ? new SandboxReport { File = asked.File, Live = asked.Live, WhatIf = [.. asked.Faults, .. asked.Edits] } : null;
    }
}

/// <summary>What was put into a replay whose request is not stored.</summary>
/// <param name="File">The sandbox file.</param>
/// <param name="Live">Services that were to run, as asked for.</param>
/// <param name="Texts">Faults and edits.</param>
public sealed record WhatIfMark(string File, IReadOnlyList<string> Live, IReadOnlyList<string> Texts);
