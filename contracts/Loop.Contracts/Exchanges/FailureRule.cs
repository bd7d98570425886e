namespace Loop.Contracts.Exchanges;

/// <summary>Why an exchange is a failure.</summary>
/// <param name="Rule">Name of the rule that matched.</param>
/// <param name="Reason">A short fact: <c>status 503</c>, <c>grpc 14 UNAVAILABLE</c>, <c>upstream reset (UC)</c>, <c>broken off, side unknown</c>.</param>
public sealed record FailureReason(string Rule, string Reason);

/// <summary>
/// The default rule: HTTP status ≥ 500, gRPC status UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE or DATA_LOSS, upstream reset, timeout.
/// A client that gave up, an upgraded stream and a stream cut by our own restart are no failures. Pure, shared by the node (to trigger),
/// the store (to find failing hops) and the replayer (to name the target).
/// </summary>
public static class FailureRule
{
    /// <summary>The name that triggers carry.</summary>
    public const string DefaultName = "default";

    // Statuses 2, 4, 13, 14 and 15 of https://grpc.github.io/grpc/core/md_doc_statuscodes.html.
    private static readonly Dictionary<int, string> FailingGrpcStatuses = new()
    {
        [2] = "UNKNOWN",
        [4] = "DEADLINE_EXCEEDED",
        [13] = "INTERNAL",
        [14] = "UNAVAILABLE",
        [15] = "DATA_LOSS",
    };

    private static readonly string[] UpstreamFlags = ["UT", "UC", "UF", "UR", "URX", "UO", "UH", "LR", "UPE", "UMSDR", "SI", "DT"];
    private static readonly string[] ClientFlags = ["DC", "DR"];

    /// <summary>True when the flags say that the client gave up.</summary>
    public static bool IsClientGone(IReadOnlyList<string> flags) => flags.Any(ClientFlags.Contains);

    /// <summary>True when the flags say that the upstream, or the way to it, failed.</summary>
    public static bool IsUpstreamFailure(IReadOnlyList<string> flags) => flags.Any(UpstreamFlags.Contains);

    /// <summary>The failure that a gRPC status is; null when it is none.</summary>
    public static string? GrpcFailure(int? grpcStatus) =>
        grpcStatus is { } status && FailingGrpcStatuses.TryGetValue(status, out string? name) ? $"grpc {status} {name}" : null;

    /// <summary>Why this exchange is a failure; null when it is none.</summary>
    public static FailureReason? Match(Exchange exchange)
    {
        if (exchange.End is ExchangeEnd.Upgraded || exchange.BrokenOffBy is BrokenOffBy.Capture or BrokenOffBy.Client)
            return null;
        if (exchange.Status() is >= 500 and var status)
            return new FailureReason(DefaultName, $"status {status}");
        if (GrpcFailure(exchange.GrpcStatus()) is { } grpc)
            return new FailureReason(DefaultName, grpc);
        if (IsClientGone(exchange.ResponseFlags))
            return null;
        if (exchange.ResponseFlags.FirstOrDefault(UpstreamFlags.Contains) is { } flag)
            return new FailureReason(DefaultName, flag is "UT" or "SI" or "DT" ? $"timeout ({flag})" : $"upstream failure ({flag})");
        return exchange.End is ExchangeEnd.BrokenOff ? BrokenOffReason(exchange.BrokenOffBy) : null;
    }

    private static FailureReason BrokenOffReason(BrokenOffBy by) =>
        new(DefaultName, by is BrokenOffBy.Upstream ? "upstream reset" : "broken off, side unknown");
}
