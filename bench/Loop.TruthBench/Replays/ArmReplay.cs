using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.TruthBench.Arms;

namespace Loop.TruthBench.Replays;

/// <summary>An arm with what Loop said about it.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Label">What would be right.</param>
/// <param name="Report">What <c>loopctl replay --json</c> printed; null when it printed no report.</param>
/// <param name="Error">What it said instead.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ArmReplay(Arm Arm, Label Label, JsonElement? Report, string? Error, double Seconds)
{
    /// <summary>Only a sealed verdict counts as one: anything else is no answer.</summary>
    public Verdict? Verdict =>
        Text("evidence") is "sealed" && Text("verdict") is { } word && Enum.TryParse(word, ignoreCase: true, out Verdict verdict) ? verdict : null;

    /// <summary>True when the label allows it. No report is never right.</summary>
    public bool IsRight => Verdict is { } verdict && Label.Allowed.Contains(verdict);

    public string? Text(string member) => Report is { } report && report.TryGetProperty(member, out JsonElement value) ? value.ToString() : null;

    /// <summary>In a line.</summary>
    public override string ToString() =>
        $"{Arm.Bug.Id} {Arm.Name}: {Verdict?.ToString().ToLowerInvariant() ?? "no verdict"} ({Text("row") ?? "–"}: {Text("reason") ?? Error}){(IsRight ? "" : $"; right: {string.Join(" or ", Label.Allowed).ToLowerInvariant()}")}";
}
