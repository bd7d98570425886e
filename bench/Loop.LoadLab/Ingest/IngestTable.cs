using Loop.LoadLab.Results;

namespace Loop.LoadLab.Ingest;

/// <summary>Makes the table of one input.</summary>
internal static class IngestTable
{
    // Above this share of its core the sender may have been what limits.
    private const double SenderLimit = 0.95;

    public static LabTable Of(string input, IReadOnlyList<IngestRun> all, bool isPinned, int connections)
    {
        List<IReadOnlyList<string>> rows = [];
        foreach (IGrouping<int, IngestRun> size in all.Where(run => run.Input == input).GroupBy(run => run.BodyBytes))
        {
            foreach (IGrouping<string, IngestRun> server in size.GroupBy(run => run.Server).OrderBy(group => group.Key == "loopd" ? 0 : 1))
                rows.Add(Row(size.Key, server, size));
        }

        List<string> notes =
        [
            $"{connections} connections; medians over {all.Max(run => run.Round)} alternating runs; a ratio is the median of the rounds' ratios, loopd against that peer. Below 100 % loopd takes fewer.",
            "best round: the least processor time of any round, which is what the others would have come to on a machine that does nothing else.",
            isPinned ? "The sender has core 0, the server of the run core 1." : "Sender and server share all cores.",
            "generated: a grpc-dotnet service with generated messages that forgets each. raw: a Kestrel handler that reads the request's pipe and forgets.",
        ];
        if (all.Any(run => run.Missing != 0 || run.Report.Failed != 0))
            notes.Add($"**Not all arrived**: {all.Sum(run => run.Missing)} exchanges neither recorded nor counted as shed, {all.Sum(run => run.Report.Failed)} calls reset.");
        else
            notes.Add("loopd's own counters were compared with the sender's after every run: nothing is missing, no call was reset.");
        if (all.Any(run => run.SenderShare > SenderLimit && run.ServerShare < SenderLimit))
            notes.Add("`*` the sender's core was full and the server's was not: the sender may be what limits; compare the processor time.");
        return new LabTable($"Ingest, {(input == "taps" ? "StreamTaps" : input)}", ["body, server", "exchanges/s", "MB/s", "µs of server CPU", "best round", "server core", "sender core", "shed", "loopd/this, exchanges", "loopd/this, CPU", "best rounds"], rows, notes);
    }

    private static List<string> Row(int bodyBytes, IGrouping<string, IngestRun> server, IEnumerable<IngestRun> size)
    {
        IngestRun[] runs = [.. server];
        IngestRun[] loop = [.. size.Where(run => run.Server == "loopd")];
        double Ratio(Func<IngestRun, double> of) => Shown.Median(runs.Select(run => of(loop.Single(one => one.Round == run.Round)) / of(run)));
        bool isLoop = server.Key == "loopd";
        bool isSenderBound = Shown.Median(runs.Select(run => run.SenderShare)) > SenderLimit && Shown.Median(runs.Select(run => run.ServerShare)) < SenderLimit;
        return
        [
            $"{Shown.Size(bodyBytes)}, {server.Key}{(isSenderBound ? " *" : "")}",
            Shown.Number(Shown.Median(runs.Select(run => run.ExchangesPerSecond))),
            Shown.Number(Shown.Median(runs.Select(run => run.MegabytesPerSecond))),
            Shown.Number(Shown.Median(runs.Select(run => run.ServerMicrosecondsPerExchange)), 1),
            Shown.Number(runs.Min(run => run.ServerMicrosecondsPerExchange), 1),
            Shown.Percent(Shown.Median(runs.Select(run => run.ServerShare))),
            Shown.Percent(Shown.Median(runs.Select(run => run.SenderShare))),
            isLoop ? Shown.Number(runs.Sum(run => run.Shed)) : "",
            isLoop ? "" : Shown.Percent(Ratio(run => run.ExchangesPerSecond)),
            isLoop ? "" : Shown.Number(Ratio(run => run.ServerMicrosecondsPerExchange), 2) + " ×",
            isLoop ? "" : Shown.Number(loop.Min(run => run.ServerMicrosecondsPerExchange) / runs.Min(run => run.ServerMicrosecondsPerExchange), 2) + " ×",
        ];
    }
}
