using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.TruthBench.Replays;

namespace Loop.TruthBench.Matrix;

/// <summary>
/// What a careless replayer says of the same replay: it looks at the entry alone, asks for no baseline, believes the first answer and doubts nothing.
/// A bench in which this rule does not score visibly worse measures nothing.
/// </summary>
internal static class LyingRule
{
    /// <summary>A verdict with no doubt in it; null when the entry was never answered.</summary>
    public static Verdict? Decide(ArmReplay replay)
    {
        if (replay.Report is not { } report || Status(report, "replayedStatus") is not { } replayed)
            return null;
        if (replayed == Status(report, "recordedStatus") && !EntryDiffers(report))
            return Verdict.Reproduced;
        return replayed < 400 ? Verdict.Fixed : Verdict.Diverged;
    }

    private static bool EntryDiffers(JsonElement report) =>
        report.GetProperty("divergences").EnumerateArray().Any(divergence =>
            divergence.GetProperty("hop").GetString() == "entry" && divergence.GetProperty("place").GetString() is { } place && (place == "status" || place.StartsWith("body", StringComparison.Ordinal)));

    private static int? Status(JsonElement report, string member) =>
        report.TryGetProperty(member, out JsonElement status) && status.ValueKind is JsonValueKind.Number ? status.GetInt32() : null;
}
