using System.ComponentModel.DataAnnotations;

namespace Loop.Capture.Core.Ring;

/// <summary>How much a capture node remembers, and for how long it waits.</summary>
public sealed class RingOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Capture:Ring";

    /// <summary>Size of the pool in bytes; default 256 MiB. It is all the ring ever takes for recorded bytes; what does not fit pushes out the oldest.</summary>
    [Range(1L << 20, 1L << 40)]
    public long PoolBytes { get; set; } = 256L << 20;

    /// <summary>Bytes kept of each body and direction; default 1 MiB. Further bytes are counted and the body is marked as truncated.</summary>
    [Range(0, 1 << 30)]
    public int BodyLimitBytes { get; set; } = 1 << 20;

    /// <summary>Share of the pool that exchanges in progress may hold, in percent; default 25. Near it the largest bodies stop growing first; at it new exchanges are shed.</summary>
    [Range(1, 90)]
    public int InProgressPercent { get; set; } = 25;

    /// <summary>How long an exchange without an end of response waits for its access-log entry; default 3 s. More than Envoy's flush interval of its logs.</summary>
    public TimeSpan BrokenOffWait { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often waiting exchanges and expired marks are looked at; default 250 ms. The wait above is exact to this.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After this time an unfinished exchange leaves the pages that it shares with finished ones, so that it pins only its own; default 10 s.</summary>
    public TimeSpan LongLivedAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Losses remembered by key; default 65,536. The oldest is overwritten.</summary>
    [Range(16, 1 << 24)]
    public int JournalEntries { get; set; } = 65_536;

    /// <summary>Evictions remembered by key, 24 bytes each; default 262,144, about as many as the ring holds exchanges of some kilobytes. The oldest is overwritten; what began before that is told by the horizon alone.</summary>
    [Range(16, 1 << 24)]
    public int EvictionEntries { get; set; } = 262_144;

    /// <summary>Signals to the store that may wait for the node link; default 512. When full, watched completions are counted as shed.</summary>
    [Range(1, 1 << 20)]
    public int SignalCapacity { get; set; } = 512;

    /// <summary>Triggers and watched completions that may wait to be decoded, and triggers that may wait for room among the signals; default 8,192 each.</summary>
    [Range(1, 1 << 20)]
    public int PendingCapacity { get; set; } = 8_192;

    /// <summary>How long the keys of an ended replay stay marked; default 10 min. Longer than an exchange of it may stay in the ring unnoticed.</summary>
    public TimeSpan ReplayMarkAfterEnd { get; set; } = TimeSpan.FromMinutes(10);
}
