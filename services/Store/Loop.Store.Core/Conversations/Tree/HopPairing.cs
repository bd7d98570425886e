using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>
/// Finds the two sides of each call. Exact by span where the caller's proxy traces; else by the connection's four addresses; else by request id, method,
/// path and time alone. Every server view has at most one client view; a client view has one server view per attempt.
/// </summary>
internal static class HopPairing
{
    // Two nodes' clocks differ; on one machine they do not. Wider than any clock discipline's error, far below a person's retry.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(100);

    /// <summary>The hops, without parents, in order of start.</summary>
    public static List<HopDraft> Pair(IReadOnlyList<RecordedExchange> exchanges)
    {
        List<HopDraft> hops = [.. exchanges.Where(one => one.Exchange.View is not (ExchangeView.Server or ExchangeView.Attempt)).Select(client => new HopDraft(client))];
        foreach (RecordedExchange attempt in exchanges.Where(one => one.Exchange.View is ExchangeView.Attempt))
            AddTry(hops, attempt);
        var alone = new List<HopDraft>();
        foreach (RecordedExchange server in exchanges.Where(one => one.Exchange.View is ExchangeView.Server))
        {
            HopDraft? hop = FindCaller(hops, server.Exchange);
            if (hop is null)
                alone.Add(hop = new HopDraft(null));
            hop.Servers.Add(server);
        }

        return [.. hops.Concat(alone).OrderBy(hop => hop.StartedAt).ThenBy(hop => hop.SmallestId)];
    }

    /// <summary>True when the proxy sent a span of its own upstream: then spans tell who called whom (facts: with tracing off every hop carries the same one).</summary>
    public static bool Traces(Exchange exchange) => exchange.OutgoingSpanId is not null && exchange.OutgoingSpanId != exchange.IncomingSpanId;

    // A try carries its call's request id and lies within it. Without the call's own view (shed, evicted) the first try stands for it.
    private static void AddTry(List<HopDraft> hops, RecordedExchange attempt)
    {
        HopDraft? call = hops.Where(hop => IsTryOf(hop.Client!.Exchange, attempt.Exchange))
            .MinBy(hop => (attempt.Exchange.StartedAt - hop.Client!.Exchange.StartedAt).Duration());
        if (call is null)
            hops.Add(new HopDraft(attempt));
        else
            call.Tries.Add(attempt);
    }

    private static bool IsTryOf(Exchange call, Exchange attempt) =>
        call.Service == attempt.Service && call.Namespace == attempt.Namespace && call.Instance == attempt.Instance
        && (call.Endpoints.DownstreamRemote is null || attempt.Endpoints.DownstreamRemote is null || call.Endpoints.DownstreamRemote == attempt.Endpoints.DownstreamRemote)
        && SameRequest(call, attempt)
        && (call.View is ExchangeView.Attempt || Overlap(call, attempt));

    private static HopDraft? FindCaller(List<HopDraft> hops, Exchange server)
    {
        HopDraft? best = null;
        int bestScore = 0;
        TimeSpan bestDistance = TimeSpan.MaxValue;
        foreach (HopDraft hop in hops)
        {
            int score = Score(hop, server);
            if (score == 0 || score < bestScore)
                continue;
            TimeSpan distance = (server.StartedAt - hop.Client!.Exchange.StartedAt).Duration();
            if (score > bestScore || distance < bestDistance)
                (best, bestScore, bestDistance) = (hop, score, distance);
        }

        return best;
    }

    // 3 = span, 2 = connection, 1 = names and time, 0 = not this one.
    private static int Score(HopDraft hop, Exchange server)
    {
        Exchange client = hop.Client!.Exchange;
        if (Traces(client) && server.IncomingSpanId is not null && client.OutgoingSpanId == server.IncomingSpanId)
            return 3;
        if (!Overlap(client, server) || !SameRequest(client, server) || IsCause(client, server))
            return 0;
        if (SameConnection(client, server))
            return HasRoom(hop, client) ? 2 : 0;
        if (Traces(client) && server.IncomingSpanId is not null && client.AttemptCount is null or 1)
            return 0;
        return MayBeOtherConnection(hop, client, server) && Contains(client, server) ? 1 : 0;
    }

    // A gateway passes a request on under the same path and request id: what its own proxy received before it called is the cause of the call, not its other end.
    private static bool IsCause(Exchange client, Exchange server) =>
        server.StartedAt < client.StartedAt && client.Service is not null && client.Service == server.Service && client.Namespace == server.Namespace && client.Instance == server.Instance;

    // Parallel equal calls over one HTTP/2 connection share all four addresses: one client view has no more server views than attempts.
    private static bool HasRoom(HopDraft hop, Exchange client) => hop.Servers.Count < Math.Max(1, client.AttemptCount ?? 1);

    private static bool SameRequest(Exchange client, Exchange server)
    {
        if (client.Request is null || server.Request is null)
            return false;
        if (client.Method() != server.Method() || client.Path() != server.Path() || !CallEvidence.MayBeOneTrace(client, server))
            return false;
        return !client.Keys.Any(key => key.Kind == TraceKeyKind.Request) || client.Keys.Intersect(server.Keys).Any();
    }

    private static bool SameConnection(Exchange client, Exchange server) =>
        client.Endpoints.UpstreamLocal is { } local && client.Endpoints.UpstreamRemote is { } remote
        && local == server.Endpoints.DownstreamRemote && remote == server.Endpoints.DownstreamLocal;

    // The client view names the connection of its last attempt only. Where no attempt is left to explain another connection, and the addresses
    // were not translated on the way (its remote is some address that this server's proxy listens on), the view is of another call.
    private static bool MayBeOtherConnection(HopDraft hop, Exchange client, Exchange server)
    {
        bool known = client.Endpoints.UpstreamRemote is not null && server.Endpoints.DownstreamLocal is not null;
        bool sameListener = known && client.Endpoints.UpstreamRemote == server.Endpoints.DownstreamLocal;
        bool retried = client.AttemptCount > 1;
        if (client.Endpoints.UpstreamRemote is null && !retried && client.IsMadeByProxy() && client.Status() is not null)
            return false;
        if (sameListener && client.Endpoints.UpstreamLocal is not null && server.Endpoints.DownstreamRemote is not null)
            return retried && HasRoom(hop, client);
        return HasRoom(hop, client);
    }

    private static bool Overlap(Exchange client, Exchange server) =>
        server.StartedAt + ClockTolerance >= client.StartedAt && (End(client) is not { } end || server.StartedAt <= end + ClockTolerance);

    private static bool Contains(Exchange client, Exchange server) =>
        Overlap(client, server) && (End(client) is not { } clientEnd || End(server) is not { } serverEnd || serverEnd <= clientEnd + ClockTolerance || client.AttemptCount > 1);

    private static DateTimeOffset? End(Exchange exchange) => exchange.Duration is { } duration ? exchange.StartedAt + duration : null;
}
