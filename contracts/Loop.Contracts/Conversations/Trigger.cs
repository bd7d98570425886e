using System.Text.Json.Serialization;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Conversations;

/// <summary>The fact that makes a conversation worth keeping.</summary>
/// <param name="Rule">Name of the rule that fired, <c>manual</c> when a person asked, <c>control</c> for a healthy one beside a failure.</param>
/// <param name="Reason">A short fact for people: <c>status 503</c>.</param>
/// <param name="ExchangeId">The exchange that fired; null when it was asked for by key.</param>
/// <param name="Keys">Trace keys known at that moment; never empty.</param>
/// <param name="At">When the node saw it.</param>
public sealed record Trigger(string Rule, string Reason, ExchangeId? ExchangeId, IReadOnlyList<TraceKey> Keys, DateTimeOffset At)
{
    /// <summary>The rule name of <c>loopctl keep</c>.</summary>
    public const string ManualRule = "manual";

    /// <summary>The rule name of controls.</summary>
    public const string ControlRule = "control";

    /// <summary>What it is the control of; null unless the rule is <see cref="ControlRule"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ControlMark? Control { get; init; }

    /// <summary>The conversation of whose session a person asked for all requests; null when nobody did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConversationId? Session { get; init; }
}

/// <summary>Why a healthy conversation was kept beside a failing one.</summary>
/// <param name="For">The failing conversation that asked first; later ones of the route share the control.</param>
/// <param name="Route">Text of the <see cref="EntryRoute"/> that both entered by.</param>
public sealed record ControlMark(ConversationId For, string Route);
