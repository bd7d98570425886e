using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Conversations;

/// <summary>The fact that makes a conversation worth keeping.</summary>
/// <param name="Rule">Name of the rule that fired, <c>manual</c> when a person asked.</param>
/// <param name="Reason">A short fact for people: <c>status 503</c>.</param>
/// <param name="ExchangeId">The exchange that fired; null when a person asked by key.</param>
/// <param name="Keys">Trace keys known at that moment; never empty.</param>
/// <param name="At">When the node saw it.</param>
public sealed record Trigger(string Rule, string Reason, ExchangeId? ExchangeId, IReadOnlyList<TraceKey> Keys, DateTimeOffset At)
{
    /// <summary>The rule name of <c>loopctl keep</c>.</summary>
    public const string ManualRule = "manual";
}
