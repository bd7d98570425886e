using Loop.LoadLab.Results;

namespace Loop.LoadLab.StandIns;

/// <summary>Makes the table of the stand-ins.</summary>
internal static class StandInsTable
{
    public static LabTable Of(IReadOnlyList<StandInsRun> all)
    {
        List<IReadOnlyList<string>> rows = [.. all.GroupBy(run => run.BodyBytes).SelectMany(size => size.GroupBy(run => run.Server).OrderByDescending(server => server.Key, StringComparer.Ordinal).Select(server => Row(size, server)))];
        return new LabTable(
            "Stand-ins",
            ["body, server", "answers/s", "p50 ms", "p99 ms", "stand-ins/this, answers", "stand-ins/this, p99"],
            rows,
            [
                $"32 keep-alive connections of HTTP/1.1; medians over {all.Max(run => run.Round)} alternating runs, a process each; a ratio is the median of the rounds' ratios.",
                $"stand-ins: the agent's own server with {StandInHost.Calls:N0} recorded calls; each request names another of them, is matched, answered once and told as JSON. kestrel: an endpoint that writes the body. mountebank 2.9.1 (Node) and WireMock 3.13.2 (Java): one rule that fits everything, without a log or journal.",
                "wrk has core 0, the server core 1.",
            ]);
    }

    private static IReadOnlyList<string> Row(IEnumerable<StandInsRun> size, IGrouping<string, StandInsRun> server)
    {
        bool isOwn = server.Key == "stand-ins";
        double Ratio(Func<StandInsRun, double> of) => Shown.Median(server.Select(run => of(size.Single(own => own.Server == "stand-ins" && own.Round == run.Round)) / of(run)));
        return
        [
            $"{Shown.Size(server.First().BodyBytes)}, {server.Key}",
            Shown.Number(Shown.Median(server.Select(run => run.Report.RequestsPerSecond))),
            Shown.Number(Shown.Median(server.Select(run => run.Report.MedianMilliseconds)), 2),
            Shown.Number(Shown.Median(server.Select(run => run.Report.Percentile99Milliseconds)), 2),
            isOwn ? "" : Shown.Percent(Ratio(run => run.Report.RequestsPerSecond)),
            isOwn ? "" : Shown.Number(Ratio(run => run.Report.Percentile99Milliseconds), 2) + " ×",
        ];
    }
}
