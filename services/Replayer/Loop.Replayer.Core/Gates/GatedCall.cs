namespace Loop.Replayer.Core.Gates;

/// <summary>A recorded call whose answer waits for its turn.</summary>
public sealed record GatedCall
{
    /// <summary>The hop that it is.</summary>
    public required string HopId { get; init; }

    /// <summary>In words: <c>payments POST /charge #1</c>.</summary>
    public required string Label { get; init; }

    /// <summary>Service that made it.</summary>
    public required string Caller { get; init; }

    /// <summary>When it began, from the start of the recording.</summary>
    public required TimeSpan BegunAt { get; init; }

    /// <summary>When its answer had come; null when it never did.</summary>
    public required TimeSpan? EndedAt { get; init; }

    /// <summary>How long its answer took; null when it never came.</summary>
    public TimeSpan? Delay => EndedAt - BegunAt;

    /// <summary>True when an answer to the other call was known before this one's answer: nothing else can have depended on it.</summary>
    internal bool EndedBefore(GatedCall other) => EndedAt is { } ended && (other.EndedAt is not { } otherEnd || ended < otherEnd);
}
