using System.Diagnostics.Metrics;
using Loop.Contracts.Replays;
using Loop.Replayer.Queueing;

namespace Loop.Replayer.Engine;

/// <summary>The replayer's metrics. Ids never become attributes.</summary>
public sealed class ReplayInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Loop.Replayer";

    private readonly Counter<long> _ended;
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    public ReplayInstruments(IMeterFactory meters, ReplayQueue queue)
    {
        Meter meter = meters.Create(MeterName);
        _ended = meter.CreateCounter<long>("loop.replayer.replay.ended", "{replay}", "Replays that ended, by verdict and row of the verdict table.");
        _duration = meter.CreateHistogram<double>("loop.replayer.replay.duration", "s", "One replay from its acceptance to its verdict.");
        meter.CreateObservableUpDownCounter("loop.replayer.replay.waiting", () => queue.Waiting, "{replay}", "Accepted replays that wait for their turn.");
    }

    /// <summary>A replay ended.</summary>
    public void OnEnded(ReplayReport report)
    {
        _ended.Add(1, new KeyValuePair<string, object?>("verdict", report.Verdict?.ToString().ToLowerInvariant()), new KeyValuePair<string, object?>("row", report.Row));
        if (report.FinishedAt - report.StartedAt is { } duration)
            _duration.Record(duration.TotalSeconds);
    }
}
