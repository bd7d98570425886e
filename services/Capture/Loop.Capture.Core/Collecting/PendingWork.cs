using System.Threading.Channels;
using Loop.Capture.Core.Ring;

namespace Loop.Capture.Core.Collecting;

/// <summary>What a pump has to do.</summary>
internal enum WorkKind
{
    /// <summary>Decode a record and ask the failure rule.</summary>
    Judge,

    /// <summary>Decode a record and hand it to a watch.</summary>
    Deliver,

    /// <summary>Tell a watch's open count.</summary>
    Announce,

    /// <summary>Try again what found no room among the signals.</summary>
    Retry,
}

/// <summary>One piece of work. It holds no reference to its record: what waits here must not keep pages from the intake.</summary>
internal readonly record struct Work(WorkKind Kind, RingRecord? Record, long Sequence, Watch? Watch);

/// <summary>
/// Work for the pump, in order. Judgements and deliveries are bounded each by itself, so that a flood of one does not cost the other; announcements are bounded
/// by the number of watches.
/// </summary>
internal sealed class PendingWork(int capacity)
{
    private readonly Channel<Work> _channel = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private int _judgements;
    private int _deliveries;

    public bool TryAddJudgement(RingRecord record) => TryAdd(ref _judgements, new Work(WorkKind.Judge, record, record.Sequence, null));

    public bool TryAddDelivery(RingRecord record, Watch watch) => TryAdd(ref _deliveries, new Work(WorkKind.Deliver, record, record.Sequence, watch));

    public void AddAnnouncement(Watch watch) => _channel.Writer.TryWrite(new Work(WorkKind.Announce, null, 0, watch));

    public void AddRetry() => _channel.Writer.TryWrite(new Work(WorkKind.Retry, null, 0, null));

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

    public bool TryTake(out Work work)
    {
        if (!_channel.Reader.TryRead(out work))
            return false;
        if (work.Kind is WorkKind.Judge)
            Interlocked.Decrement(ref _judgements);
        else if (work.Kind is WorkKind.Deliver)
            Interlocked.Decrement(ref _deliveries);
        return true;
    }

    private bool TryAdd(ref int count, Work work)
    {
        if (Interlocked.Increment(ref count) > capacity)
        {
            Interlocked.Decrement(ref count);
            return false;
        }

        return _channel.Writer.TryWrite(work);
    }
}
