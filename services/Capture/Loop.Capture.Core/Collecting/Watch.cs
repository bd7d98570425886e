namespace Loop.Capture.Core.Collecting;

/// <summary>What one conversation (or one replay) waits for at this node. Guarded by the index gate.</summary>
internal sealed class Watch(string id)
{
    public const string ReplayPrefix = "replay-";

    /// <summary>Trace keys of one watch; a header that everybody shares must not draw in the whole ring.</summary>
    public const int KeyLimit = 64;

    /// <summary>Exchanges that one watch delivers.</summary>
    public const int ExchangeLimit = 1_000;

    public string Id { get; } = id;

    /// <summary>The replay whose exchanges it sees, and no others; null for a conversation.</summary>
    public string? ReplayId { get; } = id.StartsWith(ReplayPrefix, StringComparison.Ordinal) ? id[ReplayPrefix.Length..] : null;

    public HashSet<ulong> Hashes { get; } = [];

    /// <summary>Sequences of the records that were handed over.</summary>
    public HashSet<long> Delivered { get; } = [];

    /// <summary>Sequences of the records that have not ended.</summary>
    public HashSet<long> Open { get; } = [];

    /// <summary>The count that the store heard of last.</summary>
    public int AnnouncedOpen { get; set; }

    /// <summary>Something of it was lost since the last answer, and the store was not told.</summary>
    public bool HasLost { get; set; }

    /// <summary>An announcement is on its way already.</summary>
    public bool IsAnnouncing { get; set; }

    /// <summary>
    /// Sweeps at which the count is announced, changed or not. The answer of a collection and the signals travel apart: a signal that overtook the answer
    /// would leave the store with a count that is too high, and waiting for the time limit.
    /// </summary>
    public int RepeatsLeft { get; set; }

    /// <summary>The next announcement is made even if the count did not change.</summary>
    public bool IsRepeating { get; set; }
}
