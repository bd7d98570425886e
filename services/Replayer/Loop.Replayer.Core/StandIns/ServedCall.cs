using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.StandIns;

/// <summary>A call of a live service as the sandbox saw it: answered from the recording, or carried to the live callee.</summary>
public sealed record ServedCall
{
    /// <summary>Service that called.</summary>
    public required string Caller { get; init; }

    /// <summary>The hop during which it called; null when it passed no trace context on that the run knows.</summary>
    public string? CallerHopId { get; init; }

    /// <summary>The recorded hop that this call is; null for a miss.</summary>
    public string? HopId { get; init; }

    /// <summary>The live hop that the call became: the recorded hop, or a name of the run's own for a call that was not recorded; null when no live service answered it.</summary>
    public string? LiveHopId { get; init; }

    /// <summary>The live service that answered; null when none did.</summary>
    public string? LiveCallee { get; init; }

    /// <summary>True when the service made it over TLS.</summary>
    public bool IsSecure { get; init; }

    /// <summary>True when it belongs to no drive: start-up, key fetches, telemetry.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Why the recorded answer could not be given, although the call was recorded; null when it could.</summary>
    public string? Gap { get; init; }

    /// <summary>Headers of the recorded answer that hold redaction tokens, which are never sent.</summary>
    public IReadOnlyList<string> TokensLeftOut { get; init; } = [];

    /// <summary>What the live callee answered; null when none did.</summary>
    public Answers.Answer? Answer { get; init; }

    /// <summary>What the live callee answered to each try, where the recorded proxy tried again; else empty.</summary>
    public IReadOnlyList<Answers.Answer> Attempts { get; init; } = [];

    /// <summary>The fault that was put into its answer, as typed; null when none was.</summary>
    public string? Fault { get; init; }

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

    /// <summary>The call with what the recording says to it.</summary>
    public ServedCall With(CallMatch match) => match switch
    {
        CallMatch.Answered { Call: { Gap: { } gap } call } => this with { HopId = call.HopId, Gap = $"{call.Label}: {gap}" },
        CallMatch.Answered answered => this with { HopId = answered.Call.HopId, Ambiguity = answered.Ambiguity },
        CallMatch.Miss miss => this with
        {
            Miss = miss.Why,
            ChangedFrom = miss.ChangedFrom?.Call.Label,
            Candidates = [.. miss.Candidates.Select(candidate => new NearCall(candidate.Call.Label, candidate.Differences) { Callee = candidate.Call.Callee })],
        },
        _ => throw new InvalidOperationException($"A match of an unknown kind: {match.GetType().Name}."),
    };
}

/// <summary>A recorded call near to one that was missed.</summary>
/// <param name="Label">In words: <c>payments POST /charge #1</c>.</param>
/// <param name="Differences">What differs.</param>
public sealed record NearCall(string Label, IReadOnlyList<FieldDifference> Differences)
{
    /// <summary>Service that answered it.</summary>
    public string Callee { get; init; } = "";
}
