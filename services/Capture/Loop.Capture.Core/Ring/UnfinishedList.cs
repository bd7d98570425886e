namespace Loop.Capture.Core.Ring;

/// <summary>The unfinished records of a shard from old to young, linked through the records themselves. Guarded by the shard's queue gate.</summary>
internal struct UnfinishedList
{
    private RingRecord? _oldest;
    private RingRecord? _youngest;

    public readonly bool IsEmpty => _oldest is null;

    public void Append(RingRecord record)
    {
        record.OlderUnfinished = _youngest;
        if (_youngest is null)
            _oldest = record;
        else
            _youngest.YoungerUnfinished = record;
        _youngest = record;
    }

    public void Remove(RingRecord record)
    {
        if (record.OlderUnfinished is { } older)
            older.YoungerUnfinished = record.YoungerUnfinished;
        else
            _oldest = record.YoungerUnfinished;
        if (record.YoungerUnfinished is { } younger)
            younger.OlderUnfinished = record.OlderUnfinished;
        else
            _youngest = record.OlderUnfinished;
        (record.OlderUnfinished, record.YoungerUnfinished) = (null, null);
    }

    /// <summary>They begin in order, so that the first young one ends the search.</summary>
    public readonly void FindLongLived(DateTimeOffset before, List<(RingRecord Record, long Sequence)> found)
    {
        for (RingRecord? record = _oldest; record is not null && record.FirstArrivalAt < before; record = record.YoungerUnfinished)
        {
            if (record.SharesPagesOfShard)
                found.Add((record, record.Sequence));
        }
    }
}
