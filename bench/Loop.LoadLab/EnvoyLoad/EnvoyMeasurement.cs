using Loop.LoadLab.Results;
using Loop.LoadLab.Running;

namespace Loop.LoadLab.EnvoyLoad;

/// <summary>Runs a load against each variant in turn and reads the processor times around it.</summary>
internal sealed class EnvoyMeasurement(LabContext context, Loopd loopd, IReadOnlyList<EnvoyVariant> variants, Func<LabContext, Loopd, CancellationToken, Task> settle)
{
    /// <summary>All rounds; the variants alternate.</summary>
    public async Task<IReadOnlyList<EnvoyRun>> Rounds(string load, Func<int, CancellationToken, Task<HttpLoadReport>> send, CancellationToken cancellationToken)
    {
        List<EnvoyRun> runs = [];
        for (int round = 1; round <= context.Rounds; round++)
        {
            foreach (EnvoyVariant variant in variants)
                runs.Add(await Run(variant, load, round, send, cancellationToken));
        }

        return runs;
    }

    /// <summary>How many rounds there were.</summary>
    public int Rounds(IReadOnlyList<EnvoyRun> runs) => runs.Count / variants.Count;

    /// <summary>One run.</summary>
    public async Task<EnvoyRun> Run(EnvoyVariant variant, string load, int round, Func<int, CancellationToken, Task<HttpLoadReport>> send, CancellationToken cancellationToken)
    {
        long before = await Completed(cancellationToken);
        double envoy = ProcessorTime.Seconds(variant.ProcessId);
        double loop = ProcessorTime.Seconds(loopd.Process.Id);
        HttpLoadReport report = await send(variant.Port, cancellationToken);
        envoy = ProcessorTime.Seconds(variant.ProcessId) - envoy;
        await settle(context, loopd, cancellationToken);
        loop = ProcessorTime.Seconds(loopd.Process.Id) - loop;
        long? recorded = variant.Name is EnvoyTable.Off or EnvoyTable.Mirror ? null : await Completed(cancellationToken) - before;
        var run = new EnvoyRun(variant.Name, load, round, report, envoy, loop, recorded);
        LabContext.Say($"{variant.Name}, round {round}: {Shown.Number(report.RequestsPerSecond)} requests/s, p99 {Shown.Number(report.Percentile99Milliseconds, 2)} ms, Envoy {Shown.Number(run.EnvoyMicroseconds, 1)} µs, loopd {Shown.Number(run.LoopdMicroseconds, 1)} µs, failed {report.Failed}, recorded {recorded}");
        return run;
    }

    private async Task<long> Completed(CancellationToken cancellationToken) => (await loopd.Counts(cancellationToken)).GetValueOrDefault("completed");
}
