using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Calls;

/// <summary>A call that capture nodes saw in a replay: one or both of its views.</summary>
/// <param name="Caller">Service beside the outbound proxy; null when only the callee's side was seen.</param>
/// <param name="Callee">Service beside the inbound proxy; null when only the caller's side was seen.</param>
/// <param name="Method">Method.</param>
/// <param name="Path">Raw path with query.</param>
/// <param name="StartedAt">Start of the earliest view.</param>
/// <param name="Views">Its exchanges.</param>
public sealed record ObservedCall(string? Caller, string? Callee, string Method, string Path, DateTimeOffset StartedAt, IReadOnlyList<Exchange> Views)
{
    /// <summary>Joins the two views of each call: by span where proxies trace, else by the connection between them.</summary>
    public static IReadOnlyList<ObservedCall> From(IReadOnlyList<Exchange> exchanges)
    {
        List<Exchange> all = [.. exchanges
            .Where(exchange => exchange.Input is not CaptureInput.AccessLog && exchange.Method() is not null && exchange.Path() is not null)
            .DistinctBy(exchange => exchange.Id).OrderBy(exchange => exchange.StartedAt).ThenBy(exchange => exchange.Id)];
        List<Exchange> servers = [.. all.Where(exchange => exchange.View is ExchangeView.Server)];
        List<ObservedCall> calls = [];
        // Single tries lie beside a view of the whole call.
        foreach (Exchange outbound in all.Where(exchange => exchange.View is not (ExchangeView.Server or ExchangeView.Attempt)))
        {
            Exchange? inbound = servers.FirstOrDefault(server => AreOneCall(outbound, server));
            if (inbound is not null)
                servers.Remove(inbound);
            calls.Add(new ObservedCall(outbound.Service, inbound?.Service, outbound.Method()!, outbound.Path()!, outbound.StartedAt, inbound is null ? [outbound] : [inbound, outbound]));
        }

        calls.AddRange(servers.Select(server => new ObservedCall(null, server.Service, server.Method()!, server.Path()!, server.StartedAt, [server])));
        return [.. calls.OrderBy(call => call.StartedAt)];
    }

    private static bool AreOneCall(Exchange outbound, Exchange inbound)
    {
        if (outbound.Method() != inbound.Method() || outbound.Path() != inbound.Path())
            return false;
        if (outbound.OutgoingSpanId is not null && inbound.IncomingSpanId is not null)
            return outbound.OutgoingSpanId == inbound.IncomingSpanId;
        bool overlap = outbound.Duration is not { } duration || inbound.StartedAt <= outbound.StartedAt + duration;
        return overlap && outbound.Endpoints.UpstreamLocal is { } local && local == inbound.Endpoints.DownstreamRemote;
    }
}
