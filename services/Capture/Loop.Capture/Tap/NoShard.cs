using System.Buffers;
using Loop.Capture.Core.Intake;

namespace Loop.Capture.Tap;

/// <summary>Takes nothing: the feeder is run against it to learn whether a file is whole.</summary>
internal sealed class NoShard : IIntakeShard
{
    /// <summary>The one.</summary>
    public static readonly NoShard Instance = new();

    private NoShard()
    {
    }

    /// <inheritdoc/>
    public IExchangeWriter? Begin(in ExchangeSource source, DateTimeOffset arrivedAt) => null;

    /// <inheritdoc/>
    public void RecordAccessLog(in ExchangeSource source, in ReadOnlySequence<byte> entry, DateTimeOffset arrivedAt)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
