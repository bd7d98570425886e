namespace Loop.Cli.Proxy;

/// <summary>How forwarding one request ended.</summary>
/// <param name="Flag">Envoy's flag; none when the upstream answered and all of it was passed on.</param>
/// <param name="CodeDetails">Envoy's <c>response.code_details</c>.</param>
/// <param name="LocalStatus">Status that the proxy itself must answer; null when it must not.</param>
public sealed record ForwardOutcome(ResponseFlag Flag, string CodeDetails, int? LocalStatus)
{
    /// <summary>The upstream's answer was passed on.</summary>
    public static readonly ForwardOutcome ViaUpstream = new(ResponseFlag.None, "via_upstream", null);

    /// <summary>No route fits the authority.</summary>
    public static readonly ForwardOutcome NoRoute = new(ResponseFlag.NoRouteFound, "route_not_found", 404);

    /// <summary>The client gave up.</summary>
    public static readonly ForwardOutcome ClientGone = new(ResponseFlag.DownstreamConnectionTermination, "downstream_remote_disconnect", null);

    /// <summary>The head of the answer did not come in time.</summary>
    public static readonly ForwardOutcome TimedOut = new(ResponseFlag.UpstreamRequestTimeout, "response_timeout", 504);
}
