using System.Text.Json.Serialization;

namespace Loop.Contracts.Replays;

/// <summary>What was asked of a replay in a sandbox beside its file and its live services, so that it can be asked again.</summary>
/// <param name="Hop">Hop at and below which was driven; null for the whole conversation.</param>
/// <param name="Judge">Hop that was named to be judged, as typed; null judges the origin.</param>
/// <param name="Wrong">The asserted wrong value, <c>HOP response $.path</c>, also where it was noted when the conversation was kept; null without one.</param>
/// <param name="Expect">What should stand there; null when nobody said.</param>
/// <param name="Headers">Names of the headers that a person supplied; their values may be secrets and are kept nowhere.</param>
public sealed record SandboxAsked(string? Hop, string? Judge, string? Wrong, string? Expect, IReadOnlyList<string> Headers)
{
    /// <summary>Whole ids of the conversations that were replayed before and not judged; null without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Before { get; init; }

    /// <summary>Every way to hand out answers was tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Permute { get; init; }
}
