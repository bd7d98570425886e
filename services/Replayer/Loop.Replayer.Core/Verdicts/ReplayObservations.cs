using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>What was seen of the replay.</summary>
public sealed record ReplayObservations
{
    /// <summary>Why the replay could not be carried out as planned; null when it could.</summary>
    public string? HarnessError { get; init; }

    /// <summary>How the sent request ended.</summary>
    public required AnswerOutcome Outcome { get; init; }

    /// <summary>What the network said about <see cref="Outcome"/>.</summary>
    public string? OutcomeDetail { get; init; }

    /// <summary>The answer to the sent request, against the recorded one.</summary>
    public Sight Entry { get; init; }

    /// <summary>True when the failure rule fires on the answer.</summary>
    public bool EntryFails { get; init; }

    /// <summary>The failing hop, as capture nodes saw it in the replay.</summary>
    public Sight Origin { get; init; }

    /// <summary>Whether the calls before the failure were the same; null when none could be seen.</summary>
    public bool? EarlierCallsEqual { get; init; }

    /// <summary>A hop that fails in the replay and did not in the recording; null when there is none.</summary>
    public string? FailsElsewhere { get; init; }

    /// <summary>True when any difference was found.</summary>
    public bool AnyDivergence { get; init; }

    /// <summary>Headers that were dropped because their values are redaction tokens.</summary>
    public IReadOnlyList<string> DroppedCredentials { get; init; } = [];

    /// <summary>True when the answer is a refusal of the caller: 401, 403, gRPC 7 or 16.</summary>
    public bool CallerRefused { get; init; }

    /// <summary>True when we waited at least max(30 s, 3 × recorded).</summary>
    public bool WaitedLongEnough { get; init; } = true;

    /// <summary>True when an earlier replay of this hop reproduced the failure at another destination.</summary>
    public bool HasBaseline { get; init; }
}

/// <summary>A replayed hop against its recording.</summary>
public enum Sight
{
    /// <summary>Nobody saw it.</summary>
    NotObserved,

    /// <summary>The proxies that would have seen it were watching, and it was not called.</summary>
    NotCalled,

    /// <summary>The same end with the same identity.</summary>
    Same,

    /// <summary>The same kind of end and status, another identity.</summary>
    OtherIdentity,

    /// <summary>Another status of refusal or failure, or another kind of end.</summary>
    OtherEnd,

    /// <summary>No failure: a status below 400, gRPC status 0.</summary>
    Healthy,
}
