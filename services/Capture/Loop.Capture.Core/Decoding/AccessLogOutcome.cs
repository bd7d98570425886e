using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>How an exchange ended, by what its access log says.</summary>
/// <param name="End">How.</param>
/// <param name="BrokenOffBy">Who broke it off.</param>
public readonly record struct AccessLogOutcome(ExchangeEnd End, BrokenOffBy BrokenOffBy)
{
    private const int ConnectMethod = 6;

    /// <summary>Reads an entry's outcome.</summary>
    /// <param name="method">Number of the method in the log's enumeration.</param>
    /// <param name="status">HTTP status, 0 when no response began.</param>
    /// <param name="flags">Short names of the response flags.</param>
    /// <param name="details"><c>response_code_details</c>.</param>
    public static AccessLogOutcome Of(int method, int status, IReadOnlyList<string> flags, string details)
    {
        // An ended WebSocket is logged as an upstream reset: that is its ordinary end.
        if (status == 101 || (method == ConnectMethod && status is >= 200 and < 300))
            return new AccessLogOutcome(ExchangeEnd.Upgraded, BrokenOffBy.None);
        return IsBrokenOff(status, flags, details)
            ? new AccessLogOutcome(ExchangeEnd.BrokenOff, SideOf(flags, details))
            : new AccessLogOutcome(ExchangeEnd.Complete, BrokenOffBy.None);
    }

    // With an error status and an upstream flag the proxy answered in the upstream's place, and that answer did end.
    private static bool IsBrokenOff(int status, IReadOnlyList<string> flags, string details) =>
        status == 0
        || FailureRule.IsClientGone(flags)
        || details.StartsWith("upstream_reset_after_response_started", StringComparison.Ordinal)
        || (status < 400 && !details.StartsWith("via_upstream", StringComparison.Ordinal) && FailureRule.IsUpstreamFailure(flags));

    private static BrokenOffBy SideOf(IReadOnlyList<string> flags, string details) =>
        FailureRule.IsClientGone(flags) ? BrokenOffBy.Client
        : FailureRule.IsUpstreamFailure(flags) || details.StartsWith("upstream_", StringComparison.Ordinal) ? BrokenOffBy.Upstream
        : details.StartsWith("downstream_", StringComparison.Ordinal) ? BrokenOffBy.Client
        : BrokenOffBy.Unknown;
}
