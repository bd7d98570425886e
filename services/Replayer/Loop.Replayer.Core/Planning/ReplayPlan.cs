using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Planning;

/// <summary>What is sent, and what is compared with what comes back. Made from the recording alone.</summary>
public sealed record ReplayPlan
{
    /// <summary>The recording.</summary>
    public required ConversationDetail Conversation { get; init; }

    /// <summary>The hop that is sent.</summary>
    public required PlannedCall Entry { get; init; }

    /// <summary>The view whose request is sent again: the callee's, else the edge's, else the caller's; null when no proxy saw it.</summary>
    public Exchange? EntryRequest { get; init; }

    /// <summary>The view whose answer is compared: the one that fails, else the callee's; null when no proxy saw it.</summary>
    public Exchange? EntryAnswer { get; init; }

    /// <summary>Where the failure lies.</summary>
    public required TargetPlace Place { get; init; }

    /// <summary>The failing hop; null without one.</summary>
    public PlannedCall? Origin { get; init; }

    /// <summary>Hops below the entry, by recorded start.</summary>
    public required IReadOnlyList<PlannedCall> Calls { get; init; }
}

/// <summary>A recorded hop with the exchanges that proxies recorded of it.</summary>
/// <param name="Hop">As the conversation describes it.</param>
/// <param name="Label">In words: <c>payments POST /charge #1</c>.</param>
/// <param name="Views">Exchanges with headers; access-log entries left out.</param>
public sealed record PlannedCall(HopView Hop, string Label, IReadOnlyList<Exchange> Views)
{
    /// <summary>The view that fails, else the callee's, else any; null when there is none.</summary>
    public Exchange? Answer => Views.OrderBy(view => FailureRule.Match(view) is null).ThenBy(Closeness).FirstOrDefault();

    /// <summary>The view closest to the callee whose request is there; null when there is none.</summary>
    public Exchange? Request => Views.Where(view => view.Method() is not null && view.Path() is not null).OrderBy(Closeness).FirstOrDefault();

    /// <summary>How near to the callee a view stands: 0 is the callee's own.</summary>
    public static int Closeness(Exchange exchange) => exchange.View switch
    {
        ExchangeView.Server => 0,
        ExchangeView.Edge => 1,
        ExchangeView.Client => 2,
        _ => 3,
    };
}
