using System.Text.Json.Serialization;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Replays;

/// <summary>The closed family of facts in a replay's stream (<c>replay-ID</c>).</summary>
public abstract record ReplayEvent;

/// <summary>A replay was asked for.</summary>
public sealed record ReplayRequested(string Id, ConversationId ConversationId, string HopId, string Destination, IReadOnlyList<TraceKey> Keys, DateTimeOffset At) : ReplayEvent
{
    /// <summary>What another process needs to take it up; null in streams of before it was stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReplayOrder? Order { get; init; }
}

/// <summary>A worker took the replay up. More than one says that the earlier ones were interrupted: the replayer ended while they ran.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="At">When.</param>
public sealed record ReplayBegun(int Attempt, DateTimeOffset At) : ReplayEvent
{
    /// <summary>The replayer that took it up; null in streams of before it was stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReplayHolder? Holder { get; init; }
}

/// <summary>Somebody asked to end the replay.</summary>
public sealed record ReplayCancellationRequested(DateTimeOffset At) : ReplayEvent;

/// <summary>Its keys are known at these nodes; nothing that carries them is recorded as production.</summary>
public sealed record ReplayKeysRegistered(IReadOnlyList<string> Nodes, DateTimeOffset At) : ReplayEvent;

/// <summary>The request was sent, with what was changed.</summary>
public sealed record ReplayRequestSent(IReadOnlyList<string> Adjustments, DateTimeOffset At) : ReplayEvent;

/// <summary>An answer ended, or did not.</summary>
/// <param name="Status">Null when none came.</param>
/// <param name="Outcome"><c>answered</c>, or which stage failed.</param>
/// <param name="BodySha256">Name of the (redacted) body in the replay's pack.</param>
/// <param name="DurationMs">Milliseconds.</param>
/// <param name="At">When.</param>
public sealed record ReplayAnswered(int? Status, string Outcome, string? BodySha256, double DurationMs, DateTimeOffset At) : ReplayEvent;

/// <summary>A capture node saw a hop of the replay.</summary>
public sealed record ReplayExchangeObserved(ExchangeId Id, int Segment, int Ordinal, DateTimeOffset At) : ReplayEvent;

/// <summary>One step of a run in a sandbox: <c>prepared</c>, <c>started</c>, <c>driven</c>, <c>missed</c>, <c>refused</c>, <c>decided</c>…</summary>
/// <param name="Run">Run, from 1; 0 for the control, which goes before all runs; below 0 for runs from which noise is learned.</param>
/// <param name="Step">Number of the step within the run, from 1; recording it twice is a no-op.</param>
/// <param name="What">Kind of step.</param>
/// <param name="Detail">In words.</param>
/// <param name="At">When.</param>
public sealed record ReplayStepTaken(int Run, int Step, string What, string Detail, DateTimeOffset At) : ReplayEvent;

/// <summary>How much there is to do, known before the first run of a sandbox.</summary>
/// <param name="Runs">All of them: the control, those from which noise is learned, and those that are judged.</param>
/// <param name="UsualSeconds">What a run of this conversation took before, median; null when there was none.</param>
/// <param name="At">When.</param>
public sealed record ReplayRunsPlanned(int Runs, double? UsualSeconds, DateTimeOffset At) : ReplayEvent;

/// <summary>The replay ended; the report is final.</summary>
public sealed record ReplayFinished(ReplayReport Report, DateTimeOffset At) : ReplayEvent;
