using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.LoadLab.Results;
using Loop.LoadLab.Running;

namespace Loop.LoadLab.EnvoyLoad;

/// <summary>What becomes of the traffic when the collector freezes or dies, in the middle of a run and before it.</summary>
internal sealed class CollectorFaults(LabContext context, string binary, VariantPlaces places, double rate)
{
    public const string Healthy = "healthy";
    private const double RunSeconds = 6;

    private static readonly TimeSpan FaultAfter = TimeSpan.FromSeconds(2);

    // Longer than Envoy needs to notice: two health checks of a second.
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(4);

    private static readonly State[] States =
    [
        new(Healthy, Fault.None, IsBefore: false),
        new("freezes at second 2", Fault.Freeze, IsBefore: false),
        new("frozen for 4 s before", Fault.Freeze, IsBefore: true),
        new("killed at second 2", Fault.Kill, IsBefore: false),
        new("dead for 4 s before", Fault.Kill, IsBefore: true),
    ];

    private enum Fault
    {
        None,
        Freeze,
        Kill,
    }

    public static IReadOnlyList<string> Notes { get; } =
    [
        $"Runs of {RunSeconds:0} s; the collector gets SIGSTOP or SIGKILL and is brought back between the runs. slowest is the slowest request of all rounds.",
        "failed: every request that was not answered 200.",
    ];

    public async Task<IReadOnlyList<FaultRun>> Run(CancellationToken cancellationToken)
    {
        int port = FreePorts.Take();
        List<FaultRun> runs = [];
        await using EnvoyVariant envoy = await EnvoyVariant.Start(binary, "ext_proc faults", CaptureKind.ExtProc, places with { CapturePort = port }, context.Time, cancellationToken);
        for (int round = 1; round <= context.Rounds; round++)
        {
            foreach (State state in States)
            {
                await using Loopd victim = await Loopd.Start(context.Loopd, Path.Combine(context.Directory, "victim-data"), capturePort: port);
                await Task.Delay(Notice, context.Time, cancellationToken);

                // The compiler's first seconds would look like a slow collector.
                await HttpLoad.Rate(envoy.Port, rate, 2, cancellationToken);
                runs.Add(await Run(state, round, envoy, victim, cancellationToken));
            }
        }

        return runs;
    }

    private async Task<FaultRun> Run(State state, int round, EnvoyVariant envoy, Loopd victim, CancellationToken cancellationToken)
    {
        if (state.IsBefore)
        {
            Strike(state.Fault, victim);
            await Task.Delay(Notice, context.Time, cancellationToken);
        }

        double processor = ProcessorTime.Seconds(envoy.ProcessId);
        Task<HttpLoadReport> load = HttpLoad.Rate(envoy.Port, rate, RunSeconds, cancellationToken);
        if (!state.IsBefore)
        {
            await Task.Delay(FaultAfter, context.Time, cancellationToken);
            Strike(state.Fault, victim);
        }

        HttpLoadReport report = await load;
        var run = new FaultRun(state.Name, round, report, ProcessorTime.Seconds(envoy.ProcessId) - processor);
        LabContext.Say($"{state.Name}, round {round}: {report.Requests} requests, {report.Failed} failed, p99 {Shown.Number(report.Percentile99Milliseconds, 2)} ms, slowest {Shown.Number(report.SlowestMilliseconds, 1)} ms");
        return run;
    }

    private static void Strike(Fault fault, Loopd victim)
    {
        if (fault is Fault.Freeze)
            victim.Process.Freeze();
        else if (fault is Fault.Kill)
            victim.Process.Kill();
    }

    private sealed record State(string Name, Fault Fault, bool IsBefore);
}
