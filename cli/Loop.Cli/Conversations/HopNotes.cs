using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Cli.Conversations;

/// <summary>What must be said of a hop besides its line: why it is a failure, and everything about it that is not certain.</summary>
internal static class HopNotes
{
    public static IEnumerable<string> Of(ConversationDetail conversation, HopView hop)
    {
        if (hop.Failure is not null)
            yield return $"failed: {hop.Failure}{(hop.Recovered ? ", and a later attempt did not (recovered)" : "")}{Proxy(hop)}";
        else if (hop.ResponseFlags.Count > 0)
            yield return $"flags: {string.Join(' ', hop.ResponseFlags)}{Proxy(hop)}";
        if (End(hop) is { } end)
            yield return end;
        if (hop.JoinedBy is "guess" or "unknown parent")
            yield return Parent(conversation, hop);
        foreach (MissingView missing in conversation.Coherence.Missing.Where(missing => missing.HopId == hop.Id))
            yield return $"missing: {missing.What} ({missing.Why})";
        if (hop.Views.Any(view => view.Late))
            yield return "came late, after the conversation was sealed";
    }

    private static string Proxy(HopView hop)
    {
        string flags = hop.ResponseFlags.Count > 0 && hop.Failure is not null ? $" [{string.Join(' ', hop.ResponseFlags)}]" : "";
        return hop.ResponseCodeDetails is null or "via_upstream" ? flags : $"{flags}; the proxy answered: {hop.ResponseCodeDetails}";
    }

    private static string? End(HopView hop) => hop.End switch
    {
        ExchangeEnd.RequestIncomplete => "the response ended before the request did",
        ExchangeEnd.BrokenOff => hop.BrokenOffBy switch
        {
            BrokenOffBy.Client => "broken off: the client gave up",
            BrokenOffBy.Upstream => "broken off by the upstream",
            BrokenOffBy.Capture => "its end is unknown: the capture stream was cut",
            _ => "broken off, side unknown",
        },
        ExchangeEnd.Upgraded => "became a WebSocket or a tunnel",
        ExchangeEnd.Open => "had not ended when it was collected",
        _ => null,
    };

    private static string Parent(ConversationDetail conversation, HopView hop)
    {
        if (hop.JoinedBy is not "guess")
            return "its caller is unknown";
        IEnumerable<string> candidates = hop.ParentCandidates.Select(id => conversation.Hops.FirstOrDefault(other => other.Id == id)?.Number.ToString() ?? id);
        return $"its place is a guess; callers may be hops {string.Join(", ", candidates)}";
    }
}
