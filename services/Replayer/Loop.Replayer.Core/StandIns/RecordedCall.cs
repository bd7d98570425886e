using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Core.StandIns;

/// <summary>A call that a live service made when it was recorded, and how it was answered: one line of a stand-in's part.</summary>
public sealed record RecordedCall
{
    /// <summary>The hop that this call is.</summary>
    public required string HopId { get; init; }

    /// <summary>In words: <c>payments POST /charge #1</c>.</summary>
    public required string Label { get; init; }

    /// <summary>The hop during which the caller made it.</summary>
    public required string CallerHopId { get; init; }

    /// <summary>Service that made it.</summary>
    public required string Caller { get; init; }

    /// <summary>Service that answered it.</summary>
    public required string Callee { get; init; }

    /// <summary>What the caller sent.</summary>
    public required Message Request { get; init; }

    /// <summary>When the caller sent it.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the caller had its answer; <see cref="DateTimeOffset.MaxValue"/> when it never ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What the caller was answered; null when no headers came.</summary>
    public Message? Answer { get; init; }

    /// <summary>How it ended.</summary>
    public required ExchangeEnd End { get; init; }

    /// <summary>Who broke it off.</summary>
    public BrokenOffBy BrokenOffBy { get; init; }

    /// <summary>True when the callee runs for real: the call is made, not answered from here.</summary>
    public bool IsLive { get; init; }

    /// <summary>What proxies told a live callee beside what the caller sent.</summary>
    public IReadOnlyList<HeaderField> ProxyHeaders { get; init; } = [];

    /// <summary>Why the recorded answer cannot be given; null when it can.</summary>
    public string? Gap { get; init; }

    /// <summary>What happens to its answer that did not happen when it was recorded; null when nothing does.</summary>
    public CallFault? Fault { get; init; }

    /// <summary>What was set in <see cref="Answer"/> by hand, as typed.</summary>
    public IReadOnlyList<string> Edits { get; init; } = [];

    /// <summary>
    /// A live request as far as this one was kept. Of one that was not kept in full, the beginning and the size are compared, and a report says so; what
    /// followed is not known.
    /// </summary>
    public Message AsKept(Message live) => Request.Part.Body is { Truncated: true } info && info.SizeBytes == live.Body.Length && Request.Body.Length <= live.Body.Length
        ? new Message(live.Part with { Body = info }, live.Body[..Request.Body.Length])
        : live;

    /// <summary>True when the two were under way at the same time, so that no one can tell which of them came first.</summary>
    public bool Overlaps(RecordedCall other) => StartedAt == other.StartedAt || (StartedAt < other.EndedAt && other.StartedAt < EndedAt);

    /// <summary>True when a caller could not tell the answers apart.</summary>
    public bool IsAnsweredLike(RecordedCall other) =>
        End == other.End && Fault == other.Fault && (Answer is null) == (other.Answer is null)
        && MessageComparer.Responses("", Answer, other.Answer, RunMask.None).Divergences.Count == 0;
}
