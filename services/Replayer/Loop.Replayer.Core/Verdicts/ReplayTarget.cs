namespace Loop.Replayer.Core.Verdicts;

/// <summary>What is judged; fixed by the recording alone.</summary>
public sealed record ReplayTarget
{
    /// <summary>Where the recorded failure lies, seen from the hop that is sent.</summary>
    public required TargetPlace Place { get; init; }

    /// <summary>The failing hop in words; null without a failure.</summary>
    public string? Where { get; init; }

    /// <summary>Why it is a failure: <c>status 500</c>.</summary>
    public string? Failure { get; init; }

    /// <summary>True when the sent hop itself was recorded as a failure.</summary>
    public bool EntryFails { get; init; }

    /// <summary>Why the sent hop is a failure, as <see cref="Failure"/>; null when it is none.</summary>
    public string? EntryFailure { get; init; }

    /// <summary>True when the failing hop's answer, or its absence, was made by a proxy.</summary>
    public bool MadeByProxy { get; init; }

    /// <summary>True when the sent hop's answer was made by a proxy.</summary>
    public bool EntryMadeByProxy { get; init; }

    /// <summary>How the failing hop ended.</summary>
    public EndKind End { get; init; }

    /// <summary>How the sent hop ended.</summary>
    public EndKind EntryEnd { get; init; }

    /// <summary>The failing hop's answer says nothing about its cause.</summary>
    public bool IsWeak { get; init; }

    /// <summary>The sent hop's answer says nothing about its cause.</summary>
    public bool EntryIsWeak { get; init; }

    /// <summary>A person named the judged hop (<c>--judge</c>); <see cref="Where"/>, <see cref="End"/> and the others describe that hop.</summary>
    public bool JudgeNamed { get; init; }

    /// <summary>False when the judged hop's service is answered from the recording. Without a sandbox always true.</summary>
    public bool JudgedIsLive { get; init; } = true;

    /// <summary>The mesh's time limit ended the judged hop, and the sandbox's agent plays that limit.</summary>
    public bool TimeoutEmulated { get; init; }

    /// <summary>The wrong value that is judged instead of a failing end; null without one.</summary>
    public AssertionTarget? Assertion { get; init; }

    /// <summary>What the recording lacks to send the request; null when it is whole.</summary>
    public string? RequestIncomplete { get; init; }

    /// <summary>What the recording lacks to recognise the sent hop's answer; null when it is whole.</summary>
    public string? EntryEvidenceIncomplete { get; init; }

    /// <summary>What the recording lacks to recognise the failing hop's answer; null when it is whole.</summary>
    public string? EvidenceIncomplete { get; init; }
}

/// <summary>Where the recorded failure lies.</summary>
public enum TargetPlace
{
    /// <summary>Nothing failed: kept by hand.</summary>
    Nowhere,

    /// <summary>The hop that is sent failed by itself.</summary>
    Entry,

    /// <summary>A hop below the one that is sent.</summary>
    Deeper,

    /// <summary>A hop that is not below the one that is sent.</summary>
    Outside,
}
