using Microsoft.Extensions.Hosting;

namespace Loop.Capture.Health;

/// <summary>
/// Whether Envoy should send here. Serving only while the intake works: a fault of ours takes it away for a while, which makes Envoy (panic threshold 0)
/// stop capturing instead of running every request into the same fault. That the process reads at all shows in the answer itself: it takes the same way
/// through Kestrel and the thread pool as the side streams.
/// </summary>
internal sealed class CaptureHealth(IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>How long a fault counts. Envoy's health check asks every second.</summary>
    public static readonly TimeSpan FaultPeriod = TimeSpan.FromSeconds(5);

    private const long Never = long.MinValue;
    private long _faultedAt = Never;

    /// <summary>A request failed by a bug of ours.</summary>
    public void OnFault() => Interlocked.Exchange(ref _faultedAt, time.GetTimestamp());

    /// <summary>True while the listeners are bound: the server starts before the application counts as started, or the start fails.</summary>
    public bool IsListening => lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>True while exchanges can be taken.</summary>
    public bool IsServing() => !lifetime.ApplicationStopping.IsCancellationRequested && !IsFaulted();

    private bool IsFaulted()
    {
        long faultedAt = Interlocked.Read(ref _faultedAt);
        return faultedAt != Never && time.GetElapsedTime(faultedAt) < FaultPeriod;
    }
}
