using System.Text.Json.Serialization;

namespace Loop.Contracts.Replays;

/// <summary>The part of a report that only a replay in a sandbox has.</summary>
public sealed record SandboxReport
{
    /// <summary>The sandbox file, as asked for.</summary>
    public required string File { get; init; }

    /// <summary>Services that ran.</summary>
    public required IReadOnlyList<string> Live { get; init; }

    /// <summary>The hop that was judged, in words: <c>payments POST /charge #1</c>; null when nothing failed and nobody named one.</summary>
    public string? Judged { get; init; }

    /// <summary>Why the evidence is not <c>sealed</c>; null when it is.</summary>
    public string? UnsealedBecause { get; init; }

    /// <summary>What may explain another outcome, the build aside; null when the replay ended before it was known.</summary>
    public SandboxConditions? Conditions { get; init; }

    /// <summary>Live service → its build: a file's hash, an image's digest or a revision, as the sandbox file names it.</summary>
    public IReadOnlyDictionary<string, string> Builds { get; init; } = new Dictionary<string, string>();

    /// <summary>Each run, in order.</summary>
    public IReadOnlyList<RunReport> Runs { get; init; } = [];

    /// <summary>Runs that reproduced the failure.</summary>
    public int ReproducedRuns { get; init; }

    /// <summary>How the healthy conversation of the same route did first: <c>notRun</c>, <c>passed</c>, <c>failed</c>.</summary>
    public string Control { get; init; } = "notRun";

    /// <summary>What was seen and did not decide: later calls without a recorded answer, background.</summary>
    public IReadOnlyList<string> Listed { get; init; } = [];

    /// <summary>What was learned to vary from run to run, and is therefore not compared by value; null when nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NoiseReport? Noise { get; init; }

    /// <summary>How it was asked for; null in reports of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SandboxAsked? Asked { get; init; }

    /// <summary>Faults and edits that were put into this replay; a replay that has some says nothing about the recorded failure.</summary>
    public IReadOnlyList<string> WhatIf { get; init; } = [];
}

/// <summary>What was learned to vary.</summary>
public sealed record NoiseReport
{
    /// <summary>Replay whose runs it was learned from.</summary>
    public required string LearnedBy { get; init; }

    /// <summary>Runs that it was learned from.</summary>
    public required int Runs { get; init; }

    /// <summary>Name of the mask in the pack of <see cref="LearnedBy"/>; null when nothing could be learned.</summary>
    public string? MaskSha256 { get; init; }

    /// <summary>Why nothing could be learned; null when something was.</summary>
    public string? Refusal { get; init; }

    /// <summary>Masked places with what all values there have in common, in words.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];

    /// <summary>Places that vary and are compared all the same, with why.</summary>
    public IReadOnlyList<string> Unmasked { get; init; } = [];
}

/// <summary>The plan of a replay as far as it can change an outcome. A baseline has equal ones.</summary>
/// <param name="JudgedHopId">Hop that was judged.</param>
/// <param name="StateByLiveService">Live service → how its state was made.</param>
/// <param name="Clock">Clock, time zone and locale.</param>
/// <param name="Mask">Name of the noise mask; empty without one.</param>
/// <param name="Asserted">The asserted wrong value with its place; empty without one.</param>
public sealed record SandboxConditions(string JudgedHopId, IReadOnlyDictionary<string, string> StateByLiveService, string Clock, string Mask, string Asserted);

/// <summary>One run of a replay in a sandbox.</summary>
public sealed record RunReport
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>Its own verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Row of the verdict table.</summary>
    public required string Row { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>How ambiguous answers were handed out; null when they were not.</summary>
    public string? Assignment { get; init; }

    /// <summary>Making the sandbox, starting services and state, milliseconds.</summary>
    public double PrepareMs { get; init; }

    /// <summary>From the first request to the end of the last call, milliseconds.</summary>
    public double DriveMs { get; init; }

    /// <summary>Comparison and verdict, milliseconds.</summary>
    public double CompareMs { get; init; }

    /// <summary>Duration of the judged answer here ÷ in the recording; null when one of both is unknown.</summary>
    public double? PaceRatio { get; init; }

    /// <summary>Calls that the recording could not answer, with the nearest ones.</summary>
    public IReadOnlyList<MissReport> Misses { get; init; } = [];

    /// <summary>Traffic that the sandbox refused, in words.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>Calls that belong to no request, in words.</summary>
    public IReadOnlyList<string> Background { get; init; } = [];

    /// <summary>Calls that nothing answered, each once, as a sandbox file could declare them; null when everything was answered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnansweredCall>? Unanswered { get; init; }

    /// <summary>Live services that did not run at the recorded time, with why; null when all did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ClockNotReached { get; init; }

    /// <summary>Name of the run's record in the replay's pack: every message that was sent and seen; null when there is none.</summary>
    public string? RecordSha256 { get; init; }

    /// <summary>Live service → name of its log in the replay's pack.</summary>
    public IReadOnlyDictionary<string, string> Logs { get; init; } = new Dictionary<string, string>();
}

/// <summary>A call that has no recorded answer.</summary>
/// <param name="Caller">Live service that called.</param>
/// <param name="Call">In words: <c>POST payments/charge</c>.</param>
/// <param name="Why">Why there is no answer.</param>
/// <param name="Nearest">The nearest recorded calls, at most three, each with the fields that differ.</param>
public sealed record MissReport(string Caller, string Call, string Why, IReadOnlyList<string> Nearest);

/// <summary>A call that nothing answered.</summary>
/// <param name="Caller">Live service that called.</param>
/// <param name="Method">Method.</param>
/// <param name="Url">Where it went, with its query.</param>
/// <param name="InRequest">True when the service was serving a request: then the call may be a part of it.</param>
public sealed record UnansweredCall(string Caller, string Method, string Url, bool InRequest);
