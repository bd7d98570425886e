using Loop.LoadLab.Results;

namespace Loop.LoadLab.EnvoyLoad;

/// <summary>Makes the tables of the scenario.</summary>
internal static class EnvoyTable
{
    public const string Off = "off";

    /// <summary>Each request is sent to a second service as well, as tools do that record by mirroring; its answer is forgotten.</summary>
    public const string Mirror = "mirror";

    public static LabTable Of(string title, IReadOnlyList<EnvoyRun> runs, IReadOnlyList<string> notes)
    {
        string[] variants = [.. runs.Select(run => run.Variant).Distinct()];
        EnvoyRun[] off = [.. runs.Where(run => run.Variant == variants[0])];
        return new LabTable(
            title,
            ["capture", "requests/s", "of off", "p50 ms", "p99 ms", "p99 of off", "Envoy µs/request", "of off", "loopd µs/request", "failed", "recorded"],
            [.. variants.Select(variant => Row(variant, [.. runs.Where(run => run.Variant == variant)], off))],
            notes);
    }

    private static List<string> Row(string variant, EnvoyRun[] runs, EnvoyRun[] off)
    {
        double Of(Func<EnvoyRun, double> value) => Shown.Median(runs.Select(value));
        string Ratio(Func<EnvoyRun, double> value) =>
            variant == off[0].Variant ? "" : Shown.Number(Shown.Median(runs.Select(run => value(run) / value(off.Single(one => one.Round == run.Round)))), 2) + " ×";
        return
        [
            variant,
            Shown.Number(Of(run => run.Report.RequestsPerSecond)),
            Ratio(run => run.Report.RequestsPerSecond),
            Shown.Number(Of(run => run.Report.MedianMilliseconds), 2),
            Shown.Number(Of(run => run.Report.Percentile99Milliseconds), 2),
            Ratio(run => run.Report.Percentile99Milliseconds),
            Shown.Number(Of(run => run.EnvoyMicroseconds), 1),
            Ratio(run => run.EnvoyMicroseconds),
            runs[0].Recorded is null ? "" : Shown.Number(Of(run => run.LoopdMicroseconds), 1),
            Shown.Number(runs.Sum(run => run.Report.Failed)),
            runs[0].Recorded is null ? "" : Shown.Percent((double)runs.Sum(run => run.Recorded!.Value) / runs.Sum(run => run.Report.Requests)),
        ];
    }

    public static LabTable Faults(string title, IReadOnlyList<FaultRun> runs, IReadOnlyList<string> notes) => new(
        title,
        ["collector", "requests", "failed", "p50 ms", "p99 ms", "slowest ms", "Envoy µs/request"],
        [.. runs.GroupBy(run => run.State).Select(group => (IReadOnlyList<string>)
        [
            group.Key,
            Shown.Number(group.Sum(run => run.Report.Requests)),
            Shown.Number(group.Sum(run => run.Report.Failed)),
            Shown.Number(Shown.Median(group.Select(run => run.Report.MedianMilliseconds)), 2),
            Shown.Number(Shown.Median(group.Select(run => run.Report.Percentile99Milliseconds)), 2),
            Shown.Number(group.Max(run => run.Report.SlowestMilliseconds), 1),
            Shown.Number(Shown.Median(group.Select(run => run.EnvoySeconds * 1e6 / run.Report.Requests)), 1),
        ])],
        notes);
}

/// <summary>One run with a collector in some state.</summary>
internal sealed record FaultRun(string State, int Round, HttpLoadReport Report, double EnvoySeconds);
