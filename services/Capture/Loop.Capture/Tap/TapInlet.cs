using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Diagnostics;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Tap;

/// <summary>
/// A live source of taps (a stream, an admin session). It owns the feeder, which one caller at a time may use, and closes by the clock the streamed
/// exchanges that went quiet: segments have no end marker.
/// </summary>
internal sealed class TapInlet : IDisposable
{
    // Longer than the pauses of most streams, shorter than the patience of who waits for a conversation to be sealed (5 min).
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TapTraceFeeder _feeder;
    private readonly ExchangeSource _source;
    private readonly CaptureInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeps;

    /// <summary>Begins; the shard stays the caller's.</summary>
    public TapInlet(IIntakeShard shard, ExchangeSource source, CaptureInstruments instruments, TimeProvider time)
    {
        (_source, _instruments, _time) = (source, instruments, time);
        _feeder = new TapTraceFeeder(shard, source);
        _sweeps = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Takes one trace.</summary>
    public void Feed(TraceWrapper trace)
    {
        TapFeedResult result;
        lock (_gate)
            result = _feeder.Feed(trace, _time.GetUtcNow());
        if (result is TapFeedResult.Ignored)
            _instruments.OnUnsupported(_source.Input);
        else
            _instruments.OnReceived(_source.Input);
    }

    /// <summary>No more will come.</summary>
    public void Close(CloseReason reason)
    {
        lock (_gate)
            _feeder.CloseAll(reason, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweeps.Dispose();
        lock (_gate)
            _feeder.Dispose();
    }

    private void Sweep()
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_gate)
            _feeder.CloseQuietSince(now - QuietLimit, now);
    }
}
