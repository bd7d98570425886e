using System.ComponentModel.DataAnnotations;
using Loop.Store.Core.Conversations;

namespace Loop.Store.Conversations;

/// <summary>How conversations are collected and sealed.</summary>
public sealed class ConversationOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Store:Conversations";

    /// <summary>Quiet since the last arrival before a conversation without open exchanges is sealed. Default 4 s: more than Envoy's log flush plus deferred close.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Quiet { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest time that a conversation stays open; what is open then is marked so. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long nodes keep watching after the seal, and how long after it a key seen again still means the same conversation. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan LateWatch { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a node may be silent after it was asked before it counts as one that did not answer; one that still sends anything gets five times as long. Until then
    /// a conversation waits for it. Default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a keep by hand waits for an exchange that is just ending, when no node holds a finished one. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan KeepGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After a restart of the store: how long nodes may take to dial again before an open conversation is finished without them. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Conversations kept per minute by rules; beyond it triggers are refused and counted. Those kept by hand, and the one control that each may bring, do not count. Default 300.</summary>
    [Range(1, 1_000_000)]
    public int KeptPerMinute { get; set; } = 300;

    /// <summary>Most exchanges of one conversation. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxExchanges { get; set; } = 1_000;

    /// <summary>Most bytes of one conversation's pack. Default 64 MiB.</summary>
    [Range(1024, 16L * 1024 * 1024 * 1024)]
    public long MaxPackBytes { get; set; } = 64L * 1024 * 1024;

    internal CollectionTimes Times => new(Quiet, TimeLimit, ReconnectGrace);

    internal ConversationLimits Limits => new() { Exchanges = MaxExchanges, PackBytes = MaxPackBytes };
}
