using Loop.Contracts.Exchanges;

namespace Loop.Cli.Terminal;

/// <summary>A status in words and in colour; what failed has a mark too, for those who see no colour.</summary>
public static class StatusText
{
    /// <summary>Style of something that failed.</summary>
    public const string Bad = "red";

    /// <summary>Style of something to look at.</summary>
    public const string Doubtful = "yellow";

    /// <summary>Style of something that is as it should be.</summary>
    public const string Good = "green";

    /// <summary>Style of what matters less.</summary>
    public const string Faint = "dim";

    /// <summary><c>500</c>, <c>200 grpc 14</c>, or a dash when no response began.</summary>
    public static string Of(int? status, int? grpcStatus)
    {
        string http = status?.ToString() ?? "–";
        return grpcStatus is > 0 ? $"{http} grpc {grpcStatus}" : http;
    }

    /// <summary>Red for what fires the default rule, yellow for a client's fault or no answer.</summary>
    public static string Style(int? status, int? grpcStatus) => status switch
    {
        >= 500 => Bad,
        _ when FailureRule.GrpcFailure(grpcStatus) is not null => Bad,
        null or >= 400 => Doubtful,
        _ when grpcStatus is > 0 => Doubtful,
        _ => Good,
    };
}
