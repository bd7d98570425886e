using System.Buffers;
using Loop.Capture.Core.Ring;

namespace Loop.Capture.Core.Intake;

/// <summary>The intake of one connection.</summary>
internal sealed class IntakeShard(ExchangeIntake intake, RingShard shard) : IIntakeShard
{
    private int _isDisposed;

    // Never null: what must be shed is better shed by a writer, which still reads the keys for the journal.
    public IExchangeWriter? Begin(in ExchangeSource source, DateTimeOffset arrivedAt) => intake.Begin(shard, source, arrivedAt);

    public void RecordAccessLog(in ExchangeSource source, in ReadOnlySequence<byte> entry, DateTimeOffset arrivedAt) =>
        intake.RecordAccessLog(shard, source, entry, arrivedAt);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            shard.Close();
    }
}
