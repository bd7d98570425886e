namespace Loop.Replayer.Core.Verdicts;

/// <summary>A call of a live service that the recording could not answer beyond doubt.</summary>
public sealed record CallTrouble
{
    /// <summary>What was wrong with it.</summary>
    public required TroubleKind Kind { get; init; }

    /// <summary>The live service that called.</summary>
    public required string Caller { get; init; }

    /// <summary>The call in words: <c>GET stock:8080/items/7</c>, or <c>TCP db:5432 (PostgreSQL?)</c>.</summary>
    public required string Call { get; init; }

    /// <summary>When it began, from the start of the replay.</summary>
    public required TimeSpan BegunAt { get; init; }

    /// <summary>True when it belongs to no drive: start-up, key fetches, telemetry. It never decides.</summary>
    public bool IsBackground { get; init; }

    /// <summary>More about it: why the recording has no answer and what comes nearest, or which answers might be the right one; null without more.</summary>
    public string? Note { get; init; }

    /// <summary>For a miss: recorded calls of the same caller, authority, method, route and ordinal that nothing consumed.</summary>
    public IReadOnlyList<RecordedPartner> Partners { get; init; } = [];
}

/// <summary>Kinds of <see cref="CallTrouble"/>.</summary>
public enum TroubleKind
{
    /// <summary>The recording holds no answer.</summary>
    Miss,

    /// <summary>It went where the sandbox lets nothing through.</summary>
    Refused,

    /// <summary>More than one recorded answer fits, and they differ.</summary>
    Ambiguous,

    /// <summary>TLS that the service opened itself, to something that is not answered here.</summary>
    Opaque,
}

/// <summary>The recorded call that a miss may be a changed form of.</summary>
/// <param name="Callee">Service that was called.</param>
/// <param name="Fields">What differs, in words: <c>body $.amount: 1 → 2</c>.</param>
public sealed record RecordedPartner(string Callee, IReadOnlyList<string> Fields);
