using System.Globalization;
using System.Text.RegularExpressions;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.LoadLab.Results;
using Loop.LoadLab.Running;
using Loop.Samples.Demo.Processes;

namespace Loop.LoadLab.EnvoyLoad;

/// <summary>What capture costs the traffic of a real Envoy.</summary>
internal sealed class EnvoyScenario : IScenario
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettlePause = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AdminSessionPause = TimeSpan.FromSeconds(4);

    // Of one core; below it loopd has nothing left to do.
    private const double QuietShare = 0.1;

    public string Name => "envoy";

    public string Description => "a real Envoy under load with capture off, ext_proc, tap files, admin tap and mirroring: throughput, latency, processor time";

    public async Task<LabResult> Run(LabContext context, CancellationToken cancellationToken)
    {
        await Tools.Ensure(["wrk", "hey"], cancellationToken);
        EnvoyBinary binary = EnvoyBinary.Find(download: true);
        if (binary.Path is null)
            throw new LabException($"no Envoy: {binary.Explanation}. Set {EnvoyBinary.Variable} to one.");
        await using Owned owned = new();
        string taps = Directory.CreateDirectory(Path.Combine(context.Directory, "taps")).FullName;
        int adminPort = FreePorts.Take();
        string config = Path.Combine(context.Directory, "loop.yaml");
        await File.WriteAllTextAsync(config, $"capture:\n  tapFiles:\n    - directory: {taps}\n      service: orders\n  adminTaps:\n    - url: http://127.0.0.1:{adminPort}\n      service: orders\n      onlyServerErrors: false\n", cancellationToken);
        Loopd loopd = owned.Add(await Loopd.Start(context.Loopd, Path.Combine(context.Directory, "envoy-data"), config));
        var places = new VariantPlaces(context.Directory, await Upstream(owned, context), loopd.CapturePort, taps, adminPort, await Upstream(owned, context));
        List<EnvoyVariant> variants = [];
        foreach ((string name, CaptureKind kind) in new[] { (EnvoyTable.Off, CaptureKind.None), ("ext_proc", CaptureKind.ExtProc), ("tap files", CaptureKind.TapFiles), ("admin tap", CaptureKind.AdminTap), (EnvoyTable.Mirror, CaptureKind.None) })
            variants.Add(owned.Add(await EnvoyVariant.Start(binary.Path, name, kind, places, context.Time, cancellationToken)));
        await Task.Delay(AdminSessionPause, context.Time, cancellationToken);

        var measured = new EnvoyMeasurement(context, loopd, variants, Settle);
        foreach (EnvoyVariant variant in variants)
            await measured.Run(variant, "full", 0, (port, token) => HttpLoad.Full(port, context.Seconds, token), cancellationToken);
        IReadOnlyList<EnvoyRun> full = await measured.Rounds("full", (port, token) => HttpLoad.Full(port, context.Seconds, token), cancellationToken);
        double maximum = Shown.Median(full.Where(run => run.Variant == EnvoyTable.Off).Select(run => run.Report.RequestsPerSecond));
        List<LabTable> tables = [EnvoyTable.Of("Envoy under full load", full, Notes(measured.Rounds(full)))];
        List<object> all = [.. full];
        foreach (double share in context.IsQuick ? [0.25] : new[] { 0.25, 0.5, 0.9 })
        {
            double rate = Math.Round(maximum * share / 100) * 100;
            string title = $"Envoy at {Shown.Number(rate)} requests/s, {Shown.Percent(share)} of the maximum without capture";
            IReadOnlyList<EnvoyRun> runs = await measured.Rounds(title, (port, token) => HttpLoad.Rate(port, rate, context.Seconds, token), cancellationToken);
            tables.Add(EnvoyTable.Of(title, runs, ["`hey` with 32 connections that each wait for their answer: a stall delays the requests behind it instead of being counted for each of them."]));
            all.AddRange(runs);
        }

        IReadOnlyList<FaultRun> faults = await new CollectorFaults(context, binary.Path, places, Math.Round(maximum * 0.25 / 100) * 100).Run(cancellationToken);
        tables.Add(EnvoyTable.Faults($"ext_proc while the collector fails, at {Shown.Number(Math.Round(maximum * 0.25 / 100) * 100)} requests/s", faults, CollectorFaults.Notes));
        return new LabResult(Name, tables, [.. all, .. faults]);
    }

    private static async Task<int> Upstream(Owned owned, LabContext context)
    {
        LabProcess upstream = owned.Add(LabProcess.Start(LabContext.Self, ["upstream"]));
        return int.Parse(Regex.Match(await upstream.ReadyLine(StartLimit, context.Time), @"port=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static IReadOnlyList<string> Notes(int rounds) =>
    [
        $"GET answered with 1 KiB of JSON by Kestrel; Envoy with one worker; `wrk` with one thread and 32 connections; medians over {rounds} alternating runs; ratios are medians of the rounds' ratios.",
        "Envoy, loopd, upstream and load generator share all cores: under full load, what capture takes is missing for the rest. Processor time per request is the steadier number.",
        "mirror is no capture of Loop's: Envoy sends each request to a second service too, and forgets its answer. The processor time of that service, which stands for a recorder, is in no column, and no answers are recorded.",
        "off and mirror have neither capture nor access log; the others send the access log too, as the generator does by default. Tracing is on in all.",
        "admin tap is told to tap every request (`onlyServerErrors: false`), unlike the default. recorded: share of the requests that loopd has as exchanges afterwards; a little over 100 %, because `wrk` does not count what was in flight when its time was over.",
        "loopd µs/request counts until loopd is quiet again, at most 20 s.",
    ];

    // What one run left behind must not be paid by the next.
    private static async Task Settle(LabContext context, Loopd loopd, CancellationToken cancellationToken)
    {
        long started = context.Time.GetTimestamp();
        double last = ProcessorTime.Seconds(loopd.Process.Id);
        do
        {
            await Task.Delay(SettlePause, context.Time, cancellationToken);
            double now = ProcessorTime.Seconds(loopd.Process.Id);
            if (now - last < QuietShare * SettlePause.TotalSeconds)
                return;
            last = now;
        }
        while (context.Time.GetElapsedTime(started) < SettleLimit);
    }
}
