using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>
/// Finds who made each call. Exact where the application passed on the span that its inbound proxy sent; else the server view of the same service and
/// instance with the latest start before the call, those still open first. More than one open candidate is a guess, and says so. Who has no parent entered
/// the mesh, or its caller is missing: <see cref="EntrySearch"/>.
/// </summary>
internal static class ParentSearch
{
    /// <summary>Sets parent, how it is known, and the candidates of guesses.</summary>
    public static void Link(IReadOnlyList<HopDraft> hops)
    {
        foreach (HopDraft hop in hops)
        {
            if (hop.Client is null || !LinkBySpan(hop, hops))
                LinkByNesting(hop, hops);
        }

        var entries = new EntrySearch(hops);
        foreach (HopDraft hop in hops.Where(hop => hop.Parent is null))
        {
            hop.Candidates = entries.PossibleCallers(hop);
            hop.JoinedBy = hop.Candidates.Count > 0 ? "unknown parent" : "root";
        }
    }

    private static bool LinkBySpan(HopDraft hop, IReadOnlyList<HopDraft> hops)
    {
        if (hop.Client!.Exchange.IncomingSpanId is not { } span)
            return false;
        HopDraft? parent = hops.FirstOrDefault(candidate =>
            candidate != hop && candidate.Servers.Any(server => HopPairing.Traces(server.Exchange) && server.Exchange.OutgoingSpanId == span && SameService(server.Exchange, hop.Client.Exchange)));
        return parent is not null && Adopt(hop, parent, "span", []);
    }

    private static void LinkByNesting(HopDraft hop, IReadOnlyList<HopDraft> hops)
    {
        List<(HopDraft Hop, Exchange Server)> earlier =
        [
            .. hops.Where(candidate => candidate != hop && !IsDescendant(candidate, hop))
                .SelectMany(candidate => candidate.Servers.Select(server => (candidate, server.Exchange)))
                .Where(candidate => MayHaveCalled(candidate.Exchange, hop) && candidate.Exchange.StartedAt <= hop.StartedAt)
                .OrderByDescending(candidate => candidate.Exchange.StartedAt),
        ];
        earlier = PreferSameRequest(PreferSameInstance(earlier, hop), hop);
        if (earlier.Count == 0)
            return;

        List<HopDraft> open = [.. earlier.Where(candidate => EndedAfter(candidate.Server, hop.StartedAt)).Select(candidate => candidate.Hop).Distinct()];
        if (open.Count > 0)
            Adopt(hop, open[0], open.Count == 1 ? "nesting" : "guess", open.Count == 1 ? [] : open);
        else
            AdoptAfterEnd(hop, earlier);
    }

    // Proxies that name their instances differently (or not at all) still stand beside the same service: better a caller of that service than none.
    private static List<(HopDraft Hop, Exchange Server)> PreferSameInstance(List<(HopDraft Hop, Exchange Server)> candidates, HopDraft hop)
    {
        List<(HopDraft Hop, Exchange Server)> same = [.. candidates.Where(candidate => candidate.Server.Instance == hop.Client?.Exchange.Instance)];
        return same.Count > 0 ? same : candidates;
    }

    // Requests that a service serves at the same time for one trace are told apart by the request id, where the application passes it on.
    private static List<(HopDraft Hop, Exchange Server)> PreferSameRequest(List<(HopDraft Hop, Exchange Server)> candidates, HopDraft hop)
    {
        List<(HopDraft Hop, Exchange Server)> same = [.. candidates.Where(candidate => CallEvidence.ShareRequestId(candidate.Server, hop.Outcome))];
        return same.Count > 0 ? same : candidates;
    }

    // A call may outlive its request (fire and forget): the request of that service that ended last is the best guess there is.
    private static void AdoptAfterEnd(HopDraft hop, List<(HopDraft Hop, Exchange Server)> earlier)
    {
        List<HopDraft> ended = [.. earlier.OrderByDescending(candidate => candidate.Server.StartedAt + candidate.Server.Duration).Select(candidate => candidate.Hop).Distinct()];
        Adopt(hop, ended[0], ended.Count == 1 ? "nesting" : "guess", ended.Count == 1 ? [] : ended);
    }

    private static bool Adopt(HopDraft hop, HopDraft parent, string joinedBy, IReadOnlyList<HopDraft> candidates)
    {
        if (IsDescendant(parent, hop))
            return false;
        (hop.Parent, hop.JoinedBy, hop.Candidates) = (parent, joinedBy, candidates);
        return true;
    }

    private static bool MayHaveCalled(Exchange server, HopDraft hop)
    {
        if (!CallEvidence.MayBeOneTrace(server, hop.Outcome))
            return false;
        if (hop.Client is { } client)
            return SameService(server, client.Exchange) && client.Exchange.View is not ExchangeView.Edge;
        string? caller = hop.Servers.Select(view => CertificateNames.Caller(view.Exchange)).FirstOrDefault(name => name is not null);
        return caller is not null && caller == server.Service;
    }

    private static bool SameService(Exchange server, Exchange client) =>
        server.Service is not null && server.Service == client.Service && server.Namespace == client.Namespace;

    /// <summary>True when it went on at that moment; what never ended did.</summary>
    public static bool EndedAfter(Exchange server, DateTimeOffset moment) => server.Duration is not { } duration || server.StartedAt + duration >= moment;

    /// <summary>True when <paramref name="ancestor"/> is this hop or above it.</summary>
    public static bool IsDescendant(HopDraft hop, HopDraft ancestor)
    {
        for (HopDraft? current = hop; current is not null; current = current.Parent)
        {
            if (current == ancestor)
                return true;
        }

        return false;
    }
}
