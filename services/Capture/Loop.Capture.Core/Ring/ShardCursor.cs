namespace Loop.Capture.Core.Ring;

/// <summary>How far a walk through a shard's finished records has come: the last one that was seen. The default is before the oldest.</summary>
internal record struct ShardCursor(RingRecord? Last, long Sequence);
