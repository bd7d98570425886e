using System.Collections.Concurrent;

namespace Loop.Replayer.Engine;

/// <summary>Replays that somebody wants to end: those that wait, and the one that runs. Safe for use from any thread.</summary>
public sealed class ReplayCancellations
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _sources = new();

    /// <summary>Begins to listen for the cancellation of a replay; dispose it when the replay has ended.</summary>
    /// <param name="replayId">The replay.</param>
    /// <param name="stopping">Ends it too.</param>
    internal Registration Listen(string replayId, CancellationToken stopping)
    {
        CancellationTokenSource source = _sources.GetOrAdd(replayId, static _ => new CancellationTokenSource());
        return new Registration(this, replayId, source, CancellationTokenSource.CreateLinkedTokenSource(source.Token, stopping));
    }

    /// <summary>Ends a replay; one that still waits ends when its turn comes.</summary>
    public void Cancel(string replayId) => _sources.GetOrAdd(replayId, static _ => new CancellationTokenSource()).Cancel();

    /// <summary>One replay that listens.</summary>
    internal sealed class Registration(ReplayCancellations owner, string replayId, CancellationTokenSource source, CancellationTokenSource linked) : IDisposable
    {
        /// <summary>Cancelled by somebody, or with the process.</summary>
        public CancellationToken Token => linked.Token;

        /// <summary>True when somebody asked for it.</summary>
        public bool IsAsked => source.IsCancellationRequested;

        public void Dispose()
        {
            owner._sources.TryRemove(replayId, out _);
            linked.Dispose();
            source.Dispose();
        }
    }
}
