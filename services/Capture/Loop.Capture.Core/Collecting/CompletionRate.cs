using Loop.Capture.Core.Ring;

namespace Loop.Capture.Core.Collecting;

/// <summary>Exchanges completed per second since it was last asked.</summary>
internal sealed class CompletionRate(CaptureCounters counters, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private long _countedAt = timeProvider.GetTimestamp();
    private long _counted;
    private double _rate;

    public double Measure()
    {
        lock (_gate)
        {
            long now = timeProvider.GetTimestamp();
            double seconds = timeProvider.GetElapsedTime(_countedAt, now).TotalSeconds;
            if (seconds <= 0)
                return _rate;
            long completed = counters[CaptureCount.Completed];
            _rate = (completed - _counted) / seconds;
            (_countedAt, _counted) = (now, completed);
            return _rate;
        }
    }
}
