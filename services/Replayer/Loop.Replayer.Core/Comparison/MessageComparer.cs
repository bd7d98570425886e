using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Compares one direction of a recorded exchange with its replayed counterpart. Pure.</summary>
public static class MessageComparer
{
    /// <summary>Stands before the places of a request.</summary>
    internal const string RequestPrefix = "request ";

    /// <summary>Status, gRPC status, headers, body, trailers, in this order.</summary>
    public static MessageComparison Responses(string hop, Message? recorded, Message? replayed, RunMask mask) =>
        Responses(hop, recorded, replayed, ComparisonRules.Of(mask));

    /// <summary>The same, where more than each run's own names may differ.</summary>
    public static MessageComparison Responses(string hop, Message? recorded, Message? replayed, ComparisonRules rules)
    {
        ComparisonLedger ledger = new(hop, "", rules);
        if (recorded is null || replayed is null)
        {
            if (recorded is not null || replayed is not null)
                ledger.Differ("status", StatusText(recorded), StatusText(replayed));
            return new MessageComparison(ledger.Divergences, ledger.Ignored);
        }

        if (StatusText(recorded) != StatusText(replayed))
            ledger.Differ("status", StatusText(recorded), StatusText(replayed));
        if (GrpcStatus(recorded) != GrpcStatus(replayed))
            ledger.Differ("grpc-status", GrpcStatus(recorded), GrpcStatus(replayed));
        Rest(ledger, recorded, replayed);
        return new MessageComparison(ledger.Divergences, ledger.Ignored);
    }

    /// <summary>Headers and body of a request that a service sent during the replay.</summary>
    public static MessageComparison Requests(string hop, Message? recorded, Message? replayed, RunMask mask) =>
        Requests(hop, recorded, replayed, ComparisonRules.Of(mask));

    /// <summary>The same, where more than each run's own names may differ.</summary>
    public static MessageComparison Requests(string hop, Message? recorded, Message? replayed, ComparisonRules rules)
    {
        if (recorded is null || replayed is null)
            return MessageComparison.Equal;
        ComparisonLedger ledger = new(hop, RequestPrefix, rules);
        Rest(ledger, recorded, replayed);
        return new MessageComparison(ledger.Divergences, ledger.Ignored);
    }

    private static void Rest(ComparisonLedger ledger, Message recorded, Message replayed)
    {
        bool sameBytes = recorded.Body.Span.SequenceEqual(replayed.Body.Span);
        HeaderComparison.Compare(ledger, "header", recorded.Part.Headers, replayed.Part.Headers, sameBytes);
        if (!sameBytes || recorded.Part.Body.Truncated != replayed.Part.Body.Truncated)
            BodyComparison.Compare(ledger, recorded, replayed);
        HeaderComparison.Compare(ledger, "trailer", recorded.Part.Trailers, replayed.Part.Trailers, sameBytes);
    }

    private static string? StatusText(Message? message) => message?.Part.Header(":status");

    private static string? GrpcStatus(Message message) => message.Part.Trailer("grpc-status") ?? message.Part.Header("grpc-status");
}
