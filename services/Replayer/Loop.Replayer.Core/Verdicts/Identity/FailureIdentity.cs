using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>What makes one failure this failure: kind of end, status, gRPC status and message, media type and the values of the body.</summary>
public static class FailureIdentity
{
    /// <summary>True when none of the differences touches the identity. Other headers may differ: they are listed, not judged.</summary>
    public static bool IsEqual(Message? recorded, Message? replayed, IReadOnlyList<Divergence> divergences) =>
        recorded is not null && replayed is not null
        && recorded.MediaType == replayed.MediaType
        && !divergences.Any(IsIdentity);

    /// <summary>True when the body says nothing about the cause: it is empty, or what a framework answers to any failure.</summary>
    public static bool IsWeak(Message? message)
    {
        if (message is null)
            return true;
        if ((message.Part.Trailer("grpc-message") ?? message.Part.Header("grpc-message")) is { Length: > 0 })
            return false;
        return FrameworkDefaults.IsDefault(message);
    }

    /// <summary>Where the exchange broke: no headers, headers without an end, or complete.</summary>
    public static EndKind EndOf(Exchange exchange)
    {
        if (exchange.End is not ExchangeEnd.BrokenOff)
            return EndKind.Answered;
        bool timeout = exchange.ResponseFlags.Any(flag => flag is "UT" or "SI" or "DT");
        return (exchange.Status(), timeout) switch
        {
            (null, true) => EndKind.TimedOutBeforeHeaders,
            (null, false) => EndKind.ResetBeforeHeaders,
            (_, true) => EndKind.TimedOutMidBody,
            (_, false) => EndKind.ResetMidBody,
        };
    }

    private static bool IsIdentity(Divergence divergence) =>
        divergence.Place is "status" or "grpc-status" or "trailer grpc-message" or "header grpc-message"
        || divergence.Place.StartsWith("body", StringComparison.Ordinal);
}

/// <summary>How an exchange ended, with its phase.</summary>
public enum EndKind
{
    /// <summary>A whole response.</summary>
    Answered,

    /// <summary>A time limit passed before headers.</summary>
    TimedOutBeforeHeaders,

    /// <summary>A time limit passed within the body.</summary>
    TimedOutMidBody,

    /// <summary>Broken off before headers.</summary>
    ResetBeforeHeaders,

    /// <summary>Broken off within the body.</summary>
    ResetMidBody,
}
