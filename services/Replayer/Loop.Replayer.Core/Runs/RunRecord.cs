using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Runs;

/// <summary>Everything that was seen of one run in a sandbox. What a comparison reads, and what is kept of the run.</summary>
public sealed record RunRecord
{
    /// <summary>When the first request was sent; when the run ended before, then.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How far the sandbox is closed.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>Why it is not sealed; null when it is.</summary>
    public string? UnsealedBecause { get; init; }

    /// <summary>Why nothing of it may be believed; null when it may.</summary>
    public SandboxFault? Fault { get; init; }

    /// <summary>The driven requests with their answers, in the order in which they were sent.</summary>
    public IReadOnlyList<DrivenHop> Driven { get; init; } = [];

    /// <summary>The requests of conversations that went before, with their answers.</summary>
    public IReadOnlyList<DrivenHop> Earlier { get; init; } = [];

    /// <summary>Headers that lost a redaction token for which the run had no value, in whichever driven request.</summary>
    public IReadOnlyList<string> TokensLeftOut { get; init; } = [];

    /// <summary>The calls of live services, in the order in which they began.</summary>
    public IReadOnlyList<ServedCall> Calls { get; init; } = [];

    /// <summary>Calls that were ended at a recorded time limit while their callees were listened to further.</summary>
    public IReadOnlyList<WatchedLimit> Limits { get; init; } = [];

    /// <summary>Traffic that led nowhere.</summary>
    public IReadOnlyList<RefusedTarget> Refused { get; init; } = [];

    /// <summary>Faults and edits that took place, each time.</summary>
    public IReadOnlyList<WhatIfUse> WhatIf { get; init; } = [];

    /// <summary>Live services that did not see the planned time, or of which that is not known → why.</summary>
    public IReadOnlyDictionary<string, string> ClockNotReached { get; init; } = new Dictionary<string, string>();

    /// <summary>How long after the first process the first request was sent: a shifted clock starts with the process.</summary>
    public TimeSpan ClockLead { get; init; }

    /// <summary>Live services that ended by themselves during the run, with their exit codes.</summary>
    public IReadOnlyDictionary<string, int> Ended { get; init; } = new Dictionary<string, int>();
}

/// <summary>A fault or an edit that took place.</summary>
/// <param name="Text">As typed.</param>
/// <param name="Call">The call that it was for, in words.</param>
public sealed record WhatIfUse(string Text, string Call);

/// <summary>A driven request and its answer.</summary>
/// <param name="HopId">The recorded hop.</param>
/// <param name="SentAt">When its first byte was sent.</param>
/// <param name="EndedAt">When its answer had ended; null while there is none.</param>
/// <param name="Answer">What came; null while there is none.</param>
public sealed record DrivenHop(string HopId, DateTimeOffset SentAt, DateTimeOffset? EndedAt, Answer? Answer)
{
    /// <summary>What came of each try, where the recorded proxy tried again; else empty.</summary>
    public IReadOnlyList<Answer> Attempts { get; init; } = [];
}

/// <summary>What the callee did after the agent had ended its call at the recorded time limit.</summary>
/// <param name="HopId">The recorded hop.</param>
/// <param name="After">From the limit until it answered, or until it was not listened to any longer.</param>
/// <param name="Answer">What it would have answered, in words; null when it never did.</param>
public sealed record WatchedLimit(string HopId, TimeSpan After, string? Answer);

/// <summary>Traffic of a live service that the sandbox did not carry.</summary>
/// <param name="Caller">The service.</param>
/// <param name="Target">Protocol and address, in words.</param>
/// <param name="IsBackground">True when the service was serving no request, or nothing is known of it.</param>
/// <param name="At">When it was first seen.</param>
public sealed record RefusedTarget(string Caller, string Target, bool IsBackground, DateTimeOffset At)
{
    /// <summary>The host of TLS that the service opened itself: nobody saw what it said when it was recorded, and nobody can answer it. Null for other traffic.</summary>
    public string? OpaqueHost { get; init; }
}
