using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.StandIns;

/// <summary>A call of a live service as its stand-in saw it.</summary>
public sealed record ServedCall
{
    /// <summary>Service that called.</summary>
    public required string Caller { get; init; }

    /// <summary>The hop during which it called; null when it passed no trace context on that the run knows.</summary>
    public string? CallerHopId { get; init; }

    /// <summary>The recorded hop that this call is; null for a miss.</summary>
    public string? HopId { get; init; }

    /// <summary>Why another recorded answer might have been the right one; null when none might.</summary>
    public string? Ambiguity { get; init; }

    /// <summary>Why it was not answered; null when it was.</summary>
    public string? Miss { get; init; }

    /// <summary>Label of the one recorded call that a miss is instead of; null when there is none or several.</summary>
    public string? ChangedFrom { get; init; }

    /// <summary>The nearest recorded calls of a miss.</summary>
    public IReadOnlyList<NearCall> Candidates { get; init; } = [];

    /// <summary>When its headers came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its answer had been given.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What the service sent.</summary>
    public required Message Request { get; init; }

    /// <summary>Bytes of the request's body that were sent; more than <see cref="Request"/> holds when the limit cut it.</summary>
    public required long RequestBodyBytes { get; init; }
}

/// <summary>A recorded call near to one that was missed.</summary>
/// <param name="Label">In words: <c>payments POST /charge #1</c>.</param>
/// <param name="Differences">What differs.</param>
public sealed record NearCall(string Label, IReadOnlyList<FieldDifference> Differences);
