using System.Text.Json.Serialization;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Api;

/// <summary>Everything of a conversation but its bodies: <c>GET /api/v1/conversations/{id}</c>.</summary>
public sealed record ConversationDetail
{
    /// <summary>Twelve characters.</summary>
    public required string Id { get; init; }

    /// <summary>The key of the trigger.</summary>
    public required string TraceKey { get; init; }

    /// <summary>All names of the conversation.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>Ids of the conversations that share a name with this one, by start: later generations of its trace, and those that turned out to be a part of it when one of both was sealed.</summary>
    public IReadOnlyList<string> Related { get; init; } = [];

    /// <summary>Open or sealed.</summary>
    public required ConversationState State { get; init; }

    /// <summary>Why sealed: <c>quiet</c>, <c>time limit</c>, <c>store restarted</c>.</summary>
    public string? SealReason { get; init; }

    /// <summary>Why it was kept.</summary>
    public required TriggerView Trigger { get; init; }

    /// <summary>Which hops are there and what is missing.</summary>
    public required CoherenceReport Coherence { get; init; }

    /// <summary>In tree order: a parent before its children, siblings by start.</summary>
    public required IReadOnlyList<HopView> Hops { get; init; }

    /// <summary>Id of the deepest hop that failed by itself; null when nothing failed.</summary>
    public string? OriginHopId { get; init; }

    /// <summary>True when a retry hid the failure from the entry.</summary>
    public bool Recovered { get; init; }

    /// <summary>Id of the healthy conversation of the same entry route that was kept beside this failing one; null when there is none.</summary>
    public string? ControlId { get; init; }

    /// <summary>Recorded values that a person called wrong, in the order in which they were named.</summary>
    public IReadOnlyList<AssertionView> Assertions { get; init; } = [];

    /// <summary>Id of the conversation of whose session this one was kept; null when it was kept for itself.</summary>
    public string? Session { get; init; }
}

/// <summary>A recorded value that a person called wrong.</summary>
/// <param name="Wrong">Where it stands: <c>HOP response $.path</c>, as typed.</param>
/// <param name="Expect">What should stand there, as JSON or a word; null when the person did not say.</param>
/// <param name="At">When.</param>
public sealed record AssertionView(string Wrong, string? Expect, DateTimeOffset At);

/// <summary>One call from one service to another, derived from its views.</summary>
public sealed record HopView
{
    /// <summary>Rank in tree order, from 1: what people type (<c>body 7f3k 2 response</c>).</summary>
    public required int Number { get; init; }

    /// <summary>Derived from the smallest exchange id of the hop; stable while that exchange is.</summary>
    public required string Id { get; init; }

    /// <summary>The hop whose service made this call; null for a root.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? ParentId { get; init; }

    /// <summary>Caller's service.</summary>
    public required string Source { get; init; }

    /// <summary>How <see cref="Source"/> is known: <c>client view</c>, <c>x-forwarded-client-cert</c>, <c>address</c>.</summary>
    public required string SourceFrom { get; init; }

    /// <summary>Callee's service.</summary>
    public required string Destination { get; init; }

    /// <summary>How <see cref="Destination"/> is known: <c>server view</c>, <c>address seen</c>, <c>x-forwarded-client-cert</c>, <c>authority</c>.</summary>
    public required string DestinationFrom { get; init; }

    /// <summary>Start of its earliest view.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Duration of the caller's view, else of the callee's, milliseconds; null when it never ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? DurationMs { get; init; }

    /// <summary>How the parent is known: <c>root</c>, <c>span</c>, <c>nesting</c>, <c>guess</c>, <c>unknown parent</c>.</summary>
    public required string JoinedBy { get; init; }

    /// <summary>Ids of the hops that a guess chose among, or that a call of unknown parent lies within; else empty.</summary>
    public IReadOnlyList<string> ParentCandidates { get; init; } = [];

    /// <summary>The exchanges that this hop is made of.</summary>
    public required IReadOnlyList<HopExchangeView> Views { get; init; }

    /// <summary>How many tries the call took, 1 when it was not retried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Request as the callee received it, else as the caller sent it; null when no proxy saw it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public RequestView? Request { get; init; }

    /// <summary>Response as the callee sent it, else as the caller saw it; null when none came.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseView? Response { get; init; }

    /// <summary>Why this hop is a failure; null when it is none.</summary>
    public string? Failure { get; init; }

    /// <summary>True when an attempt failed and a later one of the same call did not: the caller never saw the failure.</summary>
    public bool Recovered { get; init; }

    /// <summary>How it ended, from the best view.</summary>
    public required ExchangeEnd End { get; init; }

    /// <summary>Who broke it off.</summary>
    public BrokenOffBy BrokenOffBy { get; init; }

    /// <summary>Envoy's flags of all views.</summary>
    public IReadOnlyList<string> ResponseFlags { get; init; } = [];

    /// <summary>Envoy's <c>response.code_details</c> of the best view.</summary>
    public string? ResponseCodeDetails { get; init; }
}

/// <summary>A recorded exchange behind a hop.</summary>
/// <param name="ExchangeId">Identity given at capture.</param>
/// <param name="View">Which side.</param>
/// <param name="Input">Delivered by.</param>
/// <param name="StartedAt">When the proxy received the request.</param>
/// <param name="DurationMs">Milliseconds; null when it never ended.</param>
/// <param name="Status">HTTP status; null when none.</param>
/// <param name="Service">Service beside the proxy.</param>
/// <param name="Instance">Which copy of it.</param>
/// <param name="Late">True when it came after the seal.</param>
/// <param name="Attempt">Which try of the call a server view received, or an attempt view made, from 1; null when the caller did not retry or did not say.</param>
/// <param name="Failure">Why this view is a failure; null when it is none.</param>
public sealed record HopExchangeView(
    string ExchangeId, ExchangeView View, CaptureInput Input, DateTimeOffset StartedAt, double? DurationMs, int? Status, string? Service, string Instance, bool Late, int? Attempt, string? Failure);

/// <summary>A request for people and scripts. Header values are UTF-8 where they are valid UTF-8, else Latin-1.</summary>
public sealed record RequestView
{
    /// <summary>Method.</summary>
    public required string Method { get; init; }

    /// <summary>Raw path with query.</summary>
    public required string Path { get; init; }

    /// <summary>Authority.</summary>
    public string? Authority { get; init; }

    /// <summary>Name and value in wire order, pseudo headers left out.</summary>
    public required IReadOnlyList<string[]> Headers { get; init; }

    /// <summary>Name and value in wire order.</summary>
    public IReadOnlyList<string[]> Trailers { get; init; } = [];

    /// <summary>Bytes that crossed the wire.</summary>
    public required long BodySizeBytes { get; init; }

    /// <summary>Bytes kept.</summary>
    public required long BodyKeptBytes { get; init; }

    /// <summary>True when bytes are missing.</summary>
    public required bool BodyTruncated { get; init; }

    /// <summary>SHA-256 of the kept bytes.</summary>
    public string? BodySha256 { get; init; }
}

/// <summary>A response for people and scripts.</summary>
public sealed record ResponseView
{
    /// <summary>HTTP status.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Status { get; init; }

    /// <summary>gRPC status; null when it is not gRPC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? GrpcStatus { get; init; }

    /// <summary>Name and value in wire order, pseudo headers left out.</summary>
    public required IReadOnlyList<string[]> Headers { get; init; }

    /// <summary>Name and value in wire order.</summary>
    public IReadOnlyList<string[]> Trailers { get; init; } = [];

    /// <summary>Bytes that crossed the wire.</summary>
    public required long BodySizeBytes { get; init; }

    /// <summary>Bytes kept.</summary>
    public required long BodyKeptBytes { get; init; }

    /// <summary>True when bytes are missing.</summary>
    public required bool BodyTruncated { get; init; }

    /// <summary>SHA-256 of the kept bytes.</summary>
    public string? BodySha256 { get; init; }
}

/// <summary>Which hops of the conversation we have, and for each missing one why.</summary>
/// <param name="Expected">Views that the recorded exchanges say must exist.</param>
/// <param name="Present">Of these, recorded.</param>
/// <param name="Missing">One entry per missing or incomplete view.</param>
/// <param name="Complete">True when nothing is missing.</param>
public sealed record CoherenceReport(int Expected, int Present, IReadOnlyList<MissingView> Missing, bool Complete);

/// <summary>A view that should be there.</summary>
/// <param name="HopId">The hop that it belongs to; null when not even its other view is known.</param>
/// <param name="What">In words: <c>server view of payments POST /charge</c>.</param>
/// <param name="Why"><c>shed</c>, <c>truncated</c>, <c>evicted</c>, <c>node restarted</c>, <c>node did not answer</c>, <c>still open</c>, <c>never seen</c>.</param>
public sealed record MissingView(string? HopId, string What, string Why);
