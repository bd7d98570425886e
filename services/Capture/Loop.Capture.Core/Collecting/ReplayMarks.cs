using Loop.Capture.Core.Ring;

namespace Loop.Capture.Core.Collecting;

/// <summary>Which keys belong to replays. Their exchanges never trigger and are seen by their own replay alone. Guarded by the index gate.</summary>
internal sealed class ReplayMarks
{
    private readonly Dictionary<ulong, Mark> _marks = [];

    public void Add(ulong hash, string replayId) => _marks[hash] = new Mark(replayId, null);

    /// <summary>The replay is over; exchanges of it may still come or lie in the ring.</summary>
    public void Expire(string replayId, DateTimeOffset forgetAt)
    {
        foreach ((ulong hash, Mark mark) in _marks.ToArray())
        {
            if (mark.ReplayId == replayId)
                _marks[hash] = mark with { ForgetAt = forgetAt };
        }
    }

    public void Forget(DateTimeOffset now)
    {
        foreach ((ulong hash, Mark mark) in _marks.ToArray())
        {
            if (mark.ForgetAt <= now)
                _marks.Remove(hash);
        }
    }

    /// <summary>The replay that a record belongs to; null for real traffic.</summary>
    public string? ReplayOf(RingRecord record)
    {
        if (_marks.Count == 0)
            return null;
        ReadOnlySpan<ulong> keys = record.Keys;
        foreach (ulong hash in keys[..record.KeyCount])
        {
            if (_marks.TryGetValue(hash, out Mark? mark))
                return mark.ReplayId;
        }

        return null;
    }

    private sealed record Mark(string ReplayId, DateTimeOffset? ForgetAt);
}
