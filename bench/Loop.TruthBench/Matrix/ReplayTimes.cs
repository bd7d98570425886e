using System.Globalization;
using System.Text;
using System.Text.Json;
using Loop.TruthBench.Replays;

namespace Loop.TruthBench.Matrix;

/// <summary>How long it took from the id to the verdict, and with what.</summary>
/// <param name="PrepareMs">Making the sandbox, starting services and state, milliseconds.</param>
/// <param name="DriveMs">From the first request to the end of the last call.</param>
/// <param name="CompareMs">Comparison and verdict.</param>
internal sealed record ReplayTimes(double PrepareMs, double DriveMs, double CompareMs)
{
    /// <summary>Of the only run of a replay; null where none came about.</summary>
    public static ReplayTimes? Of(ArmReplay replay) =>
        replay.Report is { } report && report.TryGetProperty("sandbox", out JsonElement sandbox) && sandbox.ValueKind is JsonValueKind.Object
        && sandbox.TryGetProperty("runs", out JsonElement runs) && runs.GetArrayLength() > 0 && runs[0] is var run
            ? new ReplayTimes(run.GetProperty("prepareMs").GetDouble(), run.GetProperty("driveMs").GetDouble(), run.GetProperty("compareMs").GetDouble())
            : null;

    /// <summary>Medians by language, as Markdown.</summary>
    public static string Table(IReadOnlyList<ArmReplay> replays)
    {
        StringBuilder text = new();
        text.AppendLine("| median, ms | from the id to the verdict | prepare | drive | compare | p95 from the id to the verdict |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|");
        foreach (IGrouping<string, ArmReplay> language in replays.GroupBy(replay => replay.Arm.Bug.Language))
        {
            List<(ArmReplay Replay, ReplayTimes Times)> timed = [.. language.Select(replay => (replay, Of(replay))).Where(pair => pair.Item2 is not null).Select(pair => (pair.replay, pair.Item2!))];
            if (timed.Count == 0)
                continue;
            string At(Func<(ArmReplay Replay, ReplayTimes Times), double> of, double share) => timed.Select(of).Order().ElementAt((int)((timed.Count - 1) * share)).ToString("0", CultureInfo.InvariantCulture);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {language.Key} | {At(one => one.Replay.Seconds * 1000, 0.5)} | {At(one => one.Times.PrepareMs, 0.5)} | {At(one => one.Times.DriveMs, 0.5)} | {At(one => one.Times.CompareMs, 0.5)} | {At(one => one.Replay.Seconds * 1000, 0.95)} |");
        }

        return text.ToString();
    }
}
