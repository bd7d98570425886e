using System.Text.Json.Serialization;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Runs;

/// <summary>One thing that the agent saw of a run, told as it happens.</summary>
/// <param name="At">When, by the clock of the machine.</param>
[JsonDerivedType(typeof(DriveBegun), "driveBegun")]
[JsonDerivedType(typeof(DriveAnswered), "driveAnswered")]
[JsonDerivedType(typeof(CallBegun), "callBegun")]
[JsonDerivedType(typeof(CallServed), "callServed")]
[JsonDerivedType(typeof(CallHeld), "callHeld")]
[JsonDerivedType(typeof(CallWentOn), "callWentOn")]
[JsonDerivedType(typeof(LimitPlayed), "limitPlayed")]
[JsonDerivedType(typeof(LimitWatched), "limitWatched")]
[JsonDerivedType(typeof(ConnectionRefused), "connectionRefused")]
[JsonDerivedType(typeof(WhatIfApplied), "whatIfApplied")]
public abstract record RunFact(DateTimeOffset At);

/// <summary>A request is being sent into a live service.</summary>
/// <param name="HopId">The recorded hop.</param>
/// <param name="TokensLeftOut">Names of headers that lost a redaction token for which the replay has no value.</param>
/// <param name="At">When.</param>
public sealed record DriveBegun(string HopId, IReadOnlyList<string> TokensLeftOut, DateTimeOffset At) : RunFact(At);

/// <summary>The answer to a driven request ended, or did not come.</summary>
public sealed record DriveAnswered(string HopId, Answer Answer, DateTimeOffset At) : RunFact(At)
{
    /// <summary>What came of each try, where the recorded proxy tried again; else empty.</summary>
    public IReadOnlyList<Answer> Attempts { get; init; } = [];
}

/// <summary>A call was ended at its recorded time limit, and its callee is listened to further.</summary>
public sealed record LimitPlayed(string HopId, DateTimeOffset At) : RunFact(At);

/// <summary>The callee is not listened to any longer.</summary>
public sealed record LimitWatched(WatchedLimit Watched, DateTimeOffset At) : RunFact(At);

/// <summary>A live service called.</summary>
/// <param name="Caller">The service.</param>
/// <param name="HopId">The recorded hop that the call is; null when it is none.</param>
/// <param name="Callee">The live service that serves it; null when the recording answers.</param>
/// <param name="At">When its headers came.</param>
public sealed record CallBegun(string Caller, string? HopId, string? Callee, DateTimeOffset At) : RunFact(At);

/// <summary>The call ended.</summary>
public sealed record CallServed(ServedCall Call, DateTimeOffset At) : RunFact(At);

/// <summary>A stream waits for its caller, who may never say anything more. It counts as ended until it goes on.</summary>
/// <param name="Call">The call as far as it came.</param>
/// <param name="At">When.</param>
public sealed record CallHeld(ServedCall Call, DateTimeOffset At) : RunFact(At);

/// <summary>The caller of a held stream spoke.</summary>
/// <param name="HopId">The recorded hop that it is.</param>
/// <param name="At">When.</param>
public sealed record CallWentOn(string HopId, DateTimeOffset At) : RunFact(At);

/// <summary>A fault was put into an answer, or a message was sent with what was set in it.</summary>
/// <param name="Text">The fault or edit, as typed.</param>
/// <param name="Call">The call, in words.</param>
/// <param name="At">When.</param>
public sealed record WhatIfApplied(string Text, string Call, DateTimeOffset At) : RunFact(At);

/// <summary>A connection that speaks no HTTP and leads to nothing declared.</summary>
/// <param name="Caller">The service.</param>
/// <param name="Target">Host or address, with port.</param>
/// <param name="Protocol">Guessed from the first bytes; null when there were none.</param>
/// <param name="IsBackground">True when the service was serving no request.</param>
/// <param name="At">When.</param>
public sealed record ConnectionRefused(string Caller, string Target, string? Protocol, bool IsBackground, DateTimeOffset At) : RunFact(At)
{
    /// <summary>The host that TLS was opened to; null for other protocols.</summary>
    public string? OpaqueHost { get; init; }
}
