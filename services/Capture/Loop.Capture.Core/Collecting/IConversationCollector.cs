using System.Threading.Channels;
using Loop.Capture.Core.Searching;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Collecting;

/// <summary>What the node link asks of the ring. All calls are safe from any thread and never wait for an input.</summary>
public interface IConversationCollector
{
    /// <summary>
    /// Everything in the ring that carries one of the keys (closure over the keys found, within limits), redacted; and from now on whatever completes with one
    /// of them is signalled with <paramref name="watchId"/>. Scanning what is complete, scanning what is in progress and registering the watch is one atomic
    /// step per shard: nothing is missed and nothing is delivered twice. A further call with the same watch adds keys and returns only what is new.
    /// Exchanges of registered replays are never found by other watches. With <paramref name="includeOpen"/> the answer also holds what has not ended, as far
    /// as it came, with <see cref="ExchangeEnd.Open"/>; it is signalled again when it ends.
    /// </summary>
    CollectResult Collect(string watchId, IReadOnlyList<TraceKey> keys, bool includeOpen = false);

    /// <summary>Forgets a watch.</summary>
    void Unwatch(string watchId);

    /// <summary>From now on exchanges with these keys never trigger and belong to watch <c>replay-ID</c> alone.</summary>
    void RegisterReplay(string replayId, IReadOnlyList<TraceKey> keys);

    /// <summary>Ends a replay's registration. Its keys stay marked for as long as exchanges of it may be in the ring.</summary>
    void UnregisterReplay(string replayId);

    /// <summary>
    /// The newest exchanges of the ring that fit, youngest first: by which keys they are collected, and nothing of what they say. Exchanges of replays are none of
    /// them. A look through the whole ring, on whatever thread is free; nothing at all runs for it in between.
    /// </summary>
    Task<IReadOnlyList<FoundExchange>> Find(RingQuery query, int limit, CancellationToken cancellationToken);

    /// <summary>Sets the key of the redaction tokens. Until it is set nothing is collected and triggers wait.</summary>
    void SetRedactionKey(ReadOnlySpan<byte> key, string keyId);

    /// <summary>Triggers, watched completions and changes of open counts, in order. Bounded; when full, completions are counted as shed and triggers are kept for later.</summary>
    ChannelReader<NodeSignal> Signals { get; }

    /// <summary>Ends when disposed; faults when the work behind the signals broke, which takes the node's readiness with it.</summary>
    Task Completion { get; }

    /// <summary>Numbers for <c>loopctl status</c>; the link adds what it knows.</summary>
    NodeStatusView Snapshot();
}

/// <summary>Answer to a collection.</summary>
/// <param name="Exchanges">Redacted, with bodies.</param>
/// <param name="Answer">What coherence is judged by.</param>
public sealed record CollectResult(IReadOnlyList<CapturedExchange> Exchanges, NodeAnswer Answer);

/// <summary>Something the store should know.</summary>
public abstract record NodeSignal;

/// <summary>A rule fired.</summary>
public sealed record TriggerFired(long TriggerId, Trigger Trigger) : NodeSignal;

/// <summary>A watched exchange completed (or its access-log entry came).</summary>
public sealed record WatchedExchangeCompleted(string WatchId, CapturedExchange Exchange) : NodeSignal;

/// <summary>The number of unfinished exchanges of a watch changed, or something of it was lost since the last answer.</summary>
public sealed record OpenCountChanged(string WatchId, int OpenCount, bool HasLost = false) : NodeSignal;
