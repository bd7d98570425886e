using System.Buffers;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Diagnostics;

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
    private readonly InputCounts _counts;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeps;

    /// <summary>Begins; the shard stays the caller's.</summary>
    public TapInlet(IIntakeShard shard, ExchangeSource source, InputCounts counts, TimeProvider time)
    {
        (_counts, _time) = (counts, time);
        _feeder = new TapTraceFeeder(shard, source);
        _sweeps = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Takes one trace, a serialised <c>TraceWrapper</c>.</summary>
    public void Feed(in ReadOnlySequence<byte> trace)
    {
        TapFeedResult result;
        lock (_gate)
            result = _feeder.Feed(trace, _time.GetUtcNow());
        if (result is TapFeedResult.Malformed)
            _counts.Malformed("a tap cannot be decoded");
        else if (result is TapFeedResult.Ignored or TapFeedResult.NoTrace)
            _counts.Unsupported();
        else
            _counts.Received();
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
