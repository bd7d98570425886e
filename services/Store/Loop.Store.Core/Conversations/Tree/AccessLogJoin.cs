using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>
/// Joins access-log entries to the exchanges that they speak of. The log alone knows who broke an exchange off and which span the proxy sent upstream;
/// the exchange alone has headers and bodies. An entry that speaks of no recorded exchange stays one itself: header-only.
/// </summary>
internal static class AccessLogJoin
{
    // An entry and its exchange carry the same proxy's start time; ext_proc's may be the arrival of the first message instead.
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(1);

    /// <summary>All exchanges in order of start, each with its entry joined in.</summary>
    public static IReadOnlyList<RecordedExchange> Join(IReadOnlyList<RecordedExchange> recorded)
    {
        List<RecordedExchange> joined = [.. recorded.Where(one => one.Exchange.Input != CaptureInput.AccessLog)];
        var taken = new HashSet<ExchangeId>();
        var alone = new List<RecordedExchange>();
        foreach (RecordedExchange entry in recorded.Where(one => one.Exchange.Input == CaptureInput.AccessLog).OrderBy(one => one.Exchange.StartedAt).ThenBy(one => one.Exchange.Id))
        {
            int match = FindExchange(joined, entry.Exchange, taken);
            if (match < 0)
            {
                alone.Add(entry);
                continue;
            }

            taken.Add(joined[match].Exchange.Id);
            joined[match] = joined[match] with { Exchange = Merge(joined[match].Exchange, entry.Exchange) };
        }

        joined.AddRange(alone);
        joined.Sort((left, right) => Compare(left.Exchange, right.Exchange));
        return joined;
    }

    private static int Compare(Exchange left, Exchange right)
    {
        int byStart = left.StartedAt.CompareTo(right.StartedAt);
        return byStart != 0 ? byStart : left.Id.CompareTo(right.Id);
    }

    private static int FindExchange(List<RecordedExchange> exchanges, Exchange entry, HashSet<ExchangeId> taken)
    {
        int best = -1;
        TimeSpan bestDistance = TimeSpan.MaxValue;
        for (int index = 0; index < exchanges.Count; index++)
        {
            Exchange exchange = exchanges[index].Exchange;
            if (taken.Contains(exchange.Id) || !SpeaksOf(entry, exchange))
                continue;
            TimeSpan distance = (entry.StartedAt - exchange.StartedAt).Duration();
            if (distance < bestDistance)
                (best, bestDistance) = (index, distance);
        }

        return best;
    }

    private static bool SpeaksOf(Exchange entry, Exchange exchange)
    {
        bool sameProxy = entry.Service == exchange.Service && (entry.View == exchange.View || entry.View == ExchangeView.Unknown);
        if (!sameProxy || Differ(entry.Endpoints.DownstreamRemote, exchange.Endpoints.DownstreamRemote) || Differ(RequestId(entry), RequestId(exchange)))
            return false;
        if (exchange.Request is not null && Differ(entry.Path(), exchange.Path()))
            return false;
        bool named = RequestId(entry) is not null && RequestId(exchange) is not null;
        return named || (entry.StartedAt - exchange.StartedAt).Duration() <= StartTolerance;
    }

    private static bool Differ(string? left, string? right) => left is not null && right is not null && left != right;

    private static string? RequestId(Exchange exchange)
    {
        foreach (TraceKey key in exchange.Keys)
        {
            if (key.Kind == TraceKeyKind.Request)
                return key.Value;
        }

        return null;
    }

    private static Exchange Merge(Exchange exchange, Exchange entry)
    {
        IReadOnlyList<string> flags = [.. exchange.ResponseFlags.Union(entry.ResponseFlags)];
        return exchange with
        {
            // The log's is from one clock, the proxy's own. The other ends when the last bytes had reached us, and late bytes make calls that followed each other overlap.
            Duration = (exchange.End is ExchangeEnd.Complete ? entry.Duration : null) ?? exchange.Duration ?? entry.Duration,
            ResponseFlags = flags,
            ResponseCodeDetails = exchange.ResponseCodeDetails ?? entry.ResponseCodeDetails,
            OutgoingSpanId = exchange.OutgoingSpanId ?? entry.OutgoingSpanId,
            AttemptCount = exchange.AttemptCount ?? entry.AttemptCount,
            Endpoints = Merge(exchange.Endpoints, entry.Endpoints),
            Keys = [.. exchange.Keys.Union(entry.Keys)],
            BrokenOffBy = exchange.End == ExchangeEnd.BrokenOff && exchange.BrokenOffBy is BrokenOffBy.Unknown ? Side(flags) : exchange.BrokenOffBy,
        };
    }

    private static BrokenOffBy Side(IReadOnlyList<string> flags)
    {
        if (FailureRule.IsClientGone(flags))
            return BrokenOffBy.Client;
        return FailureRule.IsUpstreamFailure(flags) ? BrokenOffBy.Upstream : BrokenOffBy.Unknown;
    }

    private static ExchangeEndpoints Merge(ExchangeEndpoints exchange, ExchangeEndpoints entry) => new(
        exchange.DownstreamRemote ?? entry.DownstreamRemote,
        exchange.DownstreamLocal ?? entry.DownstreamLocal,
        exchange.UpstreamLocal ?? entry.UpstreamLocal,
        exchange.UpstreamRemote ?? entry.UpstreamRemote);
}
