using System.Text.Json.Serialization;
using Loop.Contracts.Conversations;

namespace Loop.Contracts.Api;

/// <summary>A line of <c>loopctl list</c>: <c>GET /api/v1/conversations</c>. What scripts ask every line for is there also when it is null.</summary>
public sealed record ConversationSummary
{
    /// <summary>Twelve characters; tables print the shortest unique prefix.</summary>
    public required string Id { get; init; }

    /// <summary>The key of the trigger, <c>trace:…</c> before <c>request:…</c>.</summary>
    public required string TraceKey { get; init; }

    /// <summary>Path of the entry request; null while it is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Path { get; init; }

    /// <summary>Method of the entry request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Method { get; init; }

    /// <summary>Status of the entry's response; null when none was seen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Status { get; init; }

    /// <summary>Service that the entry request was sent to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Destination { get; init; }

    /// <summary>Start of the earliest hop.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Number of hops.</summary>
    public required int Hops { get; init; }

    /// <summary>Exchanges recorded.</summary>
    public required int Exchanges { get; init; }

    /// <summary>Where and how it broke: <c>payments POST /charge status 500</c>; null for a healthy one.</summary>
    public string? Failing { get; init; }

    /// <summary>Rule and reason.</summary>
    public required TriggerView Trigger { get; init; }

    /// <summary>Open or sealed.</summary>
    public required ConversationState State { get; init; }

    /// <summary>True when a retry hid the failure.</summary>
    public bool Recovered { get; init; }

    /// <summary>Hops that are missing or incomplete.</summary>
    public int Missing { get; init; }
}

/// <summary>Why a conversation was kept.</summary>
public sealed record TriggerView(string Rule, string Reason, DateTimeOffset At, string? ExchangeId)
{
    /// <summary>Id of the failing conversation that this is the control of; null when it is none. Lists leave controls out unless they are asked for.</summary>
    public string? ControlFor { get; init; }

    /// <summary>The entry route of a control: <c>web/server GET /orders/{id}</c>.</summary>
    public string? Route { get; init; }
}

/// <summary>One page of a list. Ask again with <c>?before=</c><see cref="Next"/> for older ones; null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);
