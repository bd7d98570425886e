using System.Diagnostics.Metrics;

namespace Loop.Capture.Core.Ring;

/// <summary>The ring's numbers as metrics of the meter <c>Loop.Capture</c>. All are observed: they cost nothing until somebody reads them.</summary>
public sealed class RingInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Loop.Capture";

    /// <summary>Registers the instruments; the factory owns them.</summary>
    public RingInstruments(IMeterFactory meters, ExchangeRing ring, CaptureCounters counters, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(meters);
        Meter meter = meters.Create(MeterName);
        meter.CreateObservableCounter(
            "loop.capture.ring.events", () => Measure(counters.Counts(), "loop.event"), "{event}", "What happened to exchanges, by kind: completed, shed, truncated, evicted…");
        meter.CreateObservableCounter(
            "loop.capture.received", () => Measure(counters.Inputs(), "loop.input"), "{exchange}", "Exchanges and access-log entries received, by input.");
        meter.CreateObservableGauge("loop.capture.ring.exchanges", () => ring.Count, "{exchange}", "Finished exchanges and entries in the ring.");
        meter.CreateObservableGauge("loop.capture.ring.open", () => ring.OpenCount, "{exchange}", "Exchanges that have not ended.");
        meter.CreateObservableGauge("loop.capture.ring.used", () => ring.UsedBytes, "By", "Bytes of the pool in use.");
        meter.CreateObservableGauge("loop.capture.ring.in_progress", () => ring.InProgressBytes, "By", "Bytes that unfinished exchanges hold.");
        meter.CreateObservableGauge(
            "loop.capture.ring.horizon",
            () => ring.OldestAt is { } oldest ? Math.Max(0, (timeProvider.GetUtcNow() - oldest).TotalSeconds) : 0,
            "s",
            "Age of the oldest exchange in the ring.");
    }

    private static IEnumerable<Measurement<long>> Measure(IReadOnlyDictionary<string, long> values, string tag) =>
        values.Select(pair => new Measurement<long>(pair.Value, KeyValuePair.Create(tag, (object?)pair.Key)));
}
