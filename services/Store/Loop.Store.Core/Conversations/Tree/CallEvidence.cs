using System.Net;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>What two exchanges tell of each other beside spans and connections. All of it can only rule out, or prefer: silence is no evidence.</summary>
internal static class CallEvidence
{
    /// <summary>False when both name traces and share none: a request id that is used twice joins two traces, and neither called the other.</summary>
    public static bool MayBeOneTrace(Exchange one, Exchange other)
    {
        bool bothNamed = one.Keys.Any(IsTrace) && other.Keys.Any(IsTrace);
        return !bothNamed || one.Keys.Where(IsTrace).Intersect(other.Keys).Any();
    }

    /// <summary>True when both carry the same request id: an application that copies the header passes on that of the request which it serves.</summary>
    public static bool ShareRequestId(Exchange one, Exchange other) => one.Keys.Any(key => key.Kind is TraceKeyKind.Request && other.Keys.Contains(key));

    /// <summary>
    /// False when the request came from a host at which the service is known not to be. Loopback says nothing (there, everybody is at one host), nor does a
    /// service whose addresses nobody recorded.
    /// </summary>
    public static bool MayComeFrom(Exchange server, IEnumerable<Exchange> ofService)
    {
        if (Host(server.Endpoints.DownstreamRemote) is not { } peer)
            return true;
        List<string> hosts = [.. ofService.SelectMany(OwnHosts).OfType<string>()];
        return hosts.Count == 0 || hosts.Contains(peer);
    }

    private static bool IsTrace(TraceKey key) => key.Kind is TraceKeyKind.Trace;

    private static IEnumerable<string?> OwnHosts(Exchange exchange) => exchange.View is ExchangeView.Server
        ? [Host(exchange.Endpoints.DownstreamLocal)]
        : [Host(exchange.Endpoints.UpstreamLocal)];

    private static string? Host(string? address) =>
        address is not null && IPEndPoint.TryParse(address, out IPEndPoint? endpoint) && !IPAddress.IsLoopback(endpoint.Address) ? endpoint.Address.ToString() : null;
}
