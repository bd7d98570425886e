using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Loop.Replayer.Hosting;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>Accepted replays in order. A place is reserved before anything becomes durable, so that nothing accepted is ever refused.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a queue.")]
public sealed class ReplayQueue(IOptions<ReplayOptions> options)
{
    private readonly Channel<ReplayJob> _jobs = Channel.CreateUnbounded<ReplayJob>(new UnboundedChannelOptions { SingleReader = true });
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

    /// <summary>Fills a reserved place. The channel itself has no limit: the reservation is the limit.</summary>
    public void Enqueue(ReplayJob job)
    {
        if (!_jobs.Writer.TryWrite(job))
            throw new InvalidOperationException("The replay queue is closed.");
    }

    /// <summary>Takes jobs in order; each frees its place.</summary>
    public async IAsyncEnumerable<ReplayJob> Take([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ReplayJob job in _jobs.Reader.ReadAllAsync(cancellationToken))
        {
            Release();
            yield return job;
        }
    }
}
