using Loop.Contracts.Exchanges;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>Waits for the hops of a replay that capture nodes see: they arrive after the answer, since proxies report late.</summary>
internal sealed class HopObserver(IReplayJournal journal, IOptions<ReplayOptions> options, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>All that came until nothing arrived for the quiet time, or the limit passed.</summary>
    public async Task<IReadOnlyList<Exchange>> Observe(string replayId, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        long lastArrival = start;
        IReadOnlyList<Exchange> seen = await journal.Observed(replayId);
        while (time.GetElapsedTime(lastArrival) < options.Value.ObservationQuiet && time.GetElapsedTime(start) < options.Value.ObservationLimit)
        {
            await Task.Delay(PollInterval, time, cancellationToken);
            IReadOnlyList<Exchange> now = await journal.Observed(replayId);
            if (now.Count != seen.Count)
                lastArrival = time.GetTimestamp();
            seen = now;
        }

        return seen;
    }
}
