using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loop.LoadLab.Results;
using Loop.LoadLab.Running;

namespace Loop.LoadLab.Ingest;

/// <summary>How many exchanges a capture node takes, against servers that read the same streams and forget them.</summary>
internal sealed class IngestScenario : IScenario
{
    private const int Connections = 4;
    private const int CallsPerConnectionExtProc = 64;
    private const int CallsPerConnectionTaps = 4;
    private static readonly int[] BodySizes = [512, 8 * 1024, 256 * 1024];
    private static readonly string[] Inputs = ["ext_proc", "taps"];
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1.5);

    public string Name => "ingest";

    public string Description => "exchanges/s and MB/s of ext_proc and StreamTaps into loopd, against servers that read the same streams and discard them";

    public async Task<LabResult> Run(LabContext context, CancellationToken cancellationToken)
    {
        // Sender and server on a core each: the server is what is measured, and the sender's own use shows whether it held the server back.
        bool isPinned = Environment.ProcessorCount > 1 && OperatingSystem.IsLinux();
        int? serverCore = isPinned ? 1 : null;
        await using Loopd loopd = await Loopd.Start(context.Loopd, Path.Combine(context.Directory, "ingest-data"), core: serverCore);
        await using LabProcess generated = LabProcess.Start(LabContext.Self, ["peer"], serverCore);
        await using LabProcess raw = LabProcess.Start(LabContext.Self, ["peer", "--raw"], serverCore);
        Server[] servers =
        [
            new("loopd", loopd.CapturePort, loopd.Process.Id),
            new("generated", await Port(generated, context.Time), generated.Id),
            new("raw", await Port(raw, context.Time), raw.Id),
        ];
        List<IngestRun> runs = [];
        foreach (string input in Inputs)
        {
            // Round 0 is for the just-in-time compiler and is not counted: the runtime recompiles hot methods over the first seconds.
            foreach (Server server in servers)
                await Measure(new Variant(input, BodySizes[1], server, 0), loopd, context, isPinned ? 0 : null, cancellationToken);
            foreach (int bodyBytes in context.IsQuick ? BodySizes.Take(2) : BodySizes)
            {
                for (int round = 1; round <= context.Rounds; round++)
                {
                    // Another order each time: what the machine does beside it then hits each of them alike.
                    foreach (Server server in servers.Skip(round % servers.Length).Concat(servers.Take(round % servers.Length)))
                        runs.Add(await Measure(new Variant(input, bodyBytes, server, round), loopd, context, isPinned ? 0 : null, cancellationToken));
                }
            }
        }

        return new LabResult(Name, [.. Inputs.Select(input => IngestTable.Of(input, runs, isPinned, Connections))], [.. runs]);
    }

    private static async Task<IngestRun> Measure(Variant variant, Loopd loopd, LabContext context, int? core, CancellationToken cancellationToken)
    {
        bool isLoop = variant.Server.Name == "loopd";
        IReadOnlyDictionary<string, long> before = isLoop ? await loopd.Counts(cancellationToken) : new Dictionary<string, long>();
        int calls = variant.Input == "taps" ? CallsPerConnectionTaps : CallsPerConnectionExtProc;
        var task = new SenderTask(variant.Input, variant.BodyBytes, variant.Server.Port, variant.Server.ProcessId, Connections, calls, context.Seconds);
        string output = await LabProcess.RunToEnd(LabContext.Self, ["send", JsonSerializer.Serialize(task)], cancellationToken, core);
        SenderReport report = JsonSerializer.Deserialize<SenderReport>(output)!;
        long shed = 0;
        long missing = 0;
        if (isLoop)
        {
            // The node reports its numbers once a second.
            await Task.Delay(StatusInterval, context.Time, cancellationToken);
            IReadOnlyDictionary<string, long> after = await loopd.Counts(cancellationToken);
            shed = Growth(before, after, "shed");
            missing = report.Completed - Growth(before, after, "completed") - shed;
        }

        var run = new IngestRun(variant.Input, variant.BodyBytes, variant.Server.Name, variant.Round, report, shed, missing);
        LabContext.Say($"{variant.Input} {Shown.Size(variant.BodyBytes)} {variant.Server.Name} round {variant.Round}: {Shown.Number(run.ExchangesPerSecond)} exchanges/s, server {Shown.Percent(run.ServerShare)}, sender {Shown.Percent(run.SenderShare)}");
        return run;
    }

    private static long Growth(IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> after, string name) =>
        after.GetValueOrDefault(name) - before.GetValueOrDefault(name);

    private static async Task<int> Port(LabProcess peer, TimeProvider time) =>
        int.Parse(Regex.Match(await peer.ReadyLine(StartLimit, time), @"port=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    private sealed record Server(string Name, int Port, int ProcessId);

    private sealed record Variant(string Input, int BodyBytes, Server Server, int Round);
}
