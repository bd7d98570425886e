using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>
/// What makes one failure this failure, fixed when the conversation is sealed. Stricter than the fingerprint that groups failures:
/// that one asks whether two failures are of one kind, this one whether it is the same one again.
/// </summary>
public sealed record StrictIdentity
{
    /// <summary>Where in the tree: labels with ordinals from the root down.</summary>
    public required string Position { get; init; }

    /// <summary>Kind of end with its phase.</summary>
    public required EndKind End { get; init; }

    /// <summary>HTTP status; null when no headers came.</summary>
    public int? Status { get; init; }

    /// <summary>gRPC status; null when it is not gRPC.</summary>
    public int? GrpcStatus { get; init; }

    /// <summary>Who broke it off.</summary>
    public BrokenOffBy BrokenOffBy { get; init; }

    /// <summary>A proxy's flags, sorted. Where no proxy stood there are none, so they compare only when both ends have some.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Media type without parameters.</summary>
    public string? MediaType { get; init; }

    /// <summary>Values of the answer, the gRPC message first.</summary>
    public IReadOnlyList<IdentityValue> Values { get; init; } = [];

    /// <summary>Calls that the hop had made before it failed, in words with their outcome: <c>stock GET /items #1 → 200</c>.</summary>
    public IReadOnlyList<string> EarlierCalls { get; init; } = [];

    /// <summary>The answer says nothing about its cause.</summary>
    public bool IsWeak { get; init; }

    /// <summary>No failure at all: a status below 400 that no rule fires on.</summary>
    public bool IsHealthy { get; init; }

    /// <summary>Reads the identity of a recorded or a replayed end; <paramref name="shape"/> is the protobuf type of the answer, if it has one.</summary>
    public static StrictIdentity Of(string position, Exchange exchange, Message? response, IReadOnlyList<string> earlierCalls, MessageShape? shape = null) => new()
    {
        Position = position,
        End = FailureIdentity.EndOf(exchange),
        Status = exchange.Status(),
        GrpcStatus = exchange.GrpcStatus(),
        BrokenOffBy = exchange.BrokenOffBy,
        Flags = [.. exchange.ResponseFlags.Order(StringComparer.Ordinal)],
        MediaType = response?.MediaType,
        Values = response is null ? [] : [.. GrpcMessage(response), .. IdentityValue.Of(response, shape)],
        EarlierCalls = earlierCalls,
        IsWeak = FailureIdentity.IsWeak(response),
        IsHealthy = Sights.IsHealthy(exchange),
    };

    private static IEnumerable<IdentityValue> GrpcMessage(Message response) =>
        (response.Part.Trailer("grpc-message") ?? response.Part.Header("grpc-message")) is { Length: > 0 } text ? [new IdentityValue("grpc-message", "text", text)] : [];
}
