using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Loop.Replayer.Engine;
using Loop.Replayer.Hosting;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Queueing;

/// <summary>
/// The places of replays that wait, and their jobs. A place is reserved before anything becomes durable, so that nothing accepted is ever refused. A job as it
/// was accepted holds what is never stored (headers with secrets), so it stays in memory until its message comes back. Safe for use from any thread.
/// </summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a queue.")]
public sealed class ReplayQueue(IOptions<ReplayOptions> options)
{
    private readonly ConcurrentDictionary<string, ReplayJob?> _waiting = new();
    private readonly int _limit = options.Value.QueueLimit;
    private int _taken;

    /// <summary>Places that are taken.</summary>
    public int Waiting => Volatile.Read(ref _taken);

    /// <summary>Takes a place; false when all are taken.</summary>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref _taken) <= _limit)
            return true;
        Release();
        return false;
    }

    /// <summary>Gives a place back that was never filled.</summary>
    public void Release() => Interlocked.Decrement(ref _taken);

    /// <summary>Fills a reserved place.</summary>
    internal void Fill(ReplayJob job) => _waiting[job.Ids.ReplayId] = job;

    /// <summary>Adds a replay that an earlier process accepted, whatever the limit says; false when it waits already.</summary>
    internal bool TryAddAccepted(string replayId)
    {
        if (!_waiting.TryAdd(replayId, null))
            return false;
        Interlocked.Increment(ref _taken);
        return true;
    }

    /// <summary>Its turn has come: frees its place. The job is null when an earlier process accepted the replay.</summary>
    internal ReplayJob? Take(string replayId)
    {
        if (_waiting.TryRemove(replayId, out ReplayJob? job))
            Release();
        return job;
    }
}
