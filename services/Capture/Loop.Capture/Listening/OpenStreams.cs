using Microsoft.Extensions.Hosting;

namespace Loop.Capture.Listening;

/// <summary>
/// Counts the RPCs that are being served, and lets them end before the listeners begin to stop: Kestrel closes a connection whose requests have ended, and that may
/// overtake their last words, which to Envoy would be a failed stream.
/// </summary>
internal sealed class OpenStreams(TimeProvider time) : IHostedLifecycleService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private int _count;

    public void Begin() => Interlocked.Increment(ref _count);

    public void End() => Interlocked.Decrement(ref _count);

    /// <summary>Runs after the process was asked to stop, and before anything stops.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (Volatile.Read(ref _count) > 0 && time.GetElapsedTime(started) < Limit && !cancellationToken.IsCancellationRequested)
            await Task.Delay(Poll, time, CancellationToken.None);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
