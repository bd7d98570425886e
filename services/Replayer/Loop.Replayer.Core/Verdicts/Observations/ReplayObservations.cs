using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>What was seen of one run of a replay.</summary>
public sealed record ReplayObservations
{
    /// <summary>How the run was made.</summary>
    public Evidence Evidence { get; init; } = Evidence.Entry;

    /// <summary>Why the replay could not be carried out as planned; null when it could.</summary>
    public SandboxFault? Fault { get; init; }

    /// <summary>The healthy conversation that went before.</summary>
    public ControlResult Control { get; init; }

    /// <summary>How the sent request ended.</summary>
    public required AnswerOutcome Outcome { get; init; }

    /// <summary>What the network said about <see cref="Outcome"/>.</summary>
    public string? OutcomeDetail { get; init; }

    /// <summary>The answer to the entry request against the recorded one. In a sandbox: not observed when the entry's service is not live.</summary>
    public Sight Entry { get; init; }

    /// <summary>True when the failure rule fires on that answer.</summary>
    public bool EntryFails { get; init; }

    /// <summary>True when the entry fails because its service met a miss after the judged answer.</summary>
    public bool EntryFailsAfterMiss { get; init; }

    /// <summary>The judged hop. With <see cref="Evidence.Entry"/>: as capture nodes saw it, and the entry is judged when they did not.</summary>
    public Sight Origin { get; init; }

    /// <summary>When the judged hop's answer ended, from the start of the replay; null when it never did.</summary>
    public TimeSpan? JudgedEndedAt { get; init; }

    /// <summary>The asserted value in the judged hop's answer.</summary>
    public AssertionSight Assertion { get; init; }

    /// <summary>Whether the calls before the failure, and their causal order, were the same; null when that could not be seen.</summary>
    public bool? EarlierCallsEqual { get; init; }

    /// <summary>How the judged hop broke off; null when it did not, or nobody could see.</summary>
    public BreakEvidence? Break { get; init; }

    /// <summary>Truncated, shed or missing bytes that a live hop was sent or was answered with.</summary>
    public IReadOnlyList<string> IncompleteInputs { get; init; } = [];

    /// <summary>Calls that the recording could not answer beyond doubt.</summary>
    public IReadOnlyList<CallTrouble> Troubles { get; init; } = [];

    /// <summary>State that nobody declared and that the judged hop reached; null when there is none.</summary>
    public string? UndeclaredState { get; init; }

    /// <summary>Share of the judged answer's leaves that a mask hides, 0 to 1.</summary>
    public double MaskedShare { get; init; }

    /// <summary>Hops that fail in the replay and did not in the recording, the entry aside.</summary>
    public IReadOnlyList<NewFailure> FailsElsewhere { get; init; } = [];

    /// <summary>True when any difference was found.</summary>
    public bool AnyDivergence { get; init; }

    /// <summary>Headers that were dropped because their values are redaction tokens.</summary>
    public IReadOnlyList<string> DroppedCredentials { get; init; } = [];

    /// <summary>How a live service refused a token that was minted for the replay, in words; null when none did, or when the recording has that refusal too.</summary>
    public string? TokenRefused { get; init; }

    /// <summary>Places where live logic received a token instead of a value, declared credentials aside.</summary>
    public IReadOnlyList<string> RedactedInputs { get; init; } = [];

    /// <summary>Live services that the replay's clock did not reach though their recording holds dates near its start.</summary>
    public IReadOnlyList<string> ClockNotReached { get; init; } = [];

    /// <summary>True when a live service refused its caller: 401, 403, gRPC 7 or 16.</summary>
    public bool CallerRefused { get; init; }

    /// <summary>True when we waited at least max(30 s, 3 × recorded).</summary>
    public bool WaitedLongEnough { get; init; } = true;

    /// <summary>A proof that this failure happens where another build runs; null when there is none.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>What came of faults and edits; null without any.</summary>
    public WhatIfSight? WhatIf { get; init; }

    /// <summary>More assignments than can be tried were possible, so none was.</summary>
    public bool TooManyAssignments { get; init; }

    /// <summary>How ambiguous answers were handed out; null when they were not.</summary>
    public Assignment? Assignment { get; init; }
}
