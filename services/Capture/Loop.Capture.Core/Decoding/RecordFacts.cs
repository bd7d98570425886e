using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>What the ring knows of an exchange beside its parts.</summary>
public sealed record RecordFacts
{
    /// <summary>Identity given at capture.</summary>
    public required ExchangeId Id { get; init; }

    /// <summary>Who delivered it.</summary>
    public required ExchangeSource Source { get; init; }

    /// <summary>When its first part arrived; the start of the exchange unless a part knows better.</summary>
    public required DateTimeOffset FirstArrivalAt { get; init; }

    /// <summary>When the response ended; null when it did not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Bytes of the request's body that passed, kept or not.</summary>
    public long RequestBodySize { get; init; }

    /// <summary>Bytes of the response's body that passed, kept or not.</summary>
    public long ResponseBodySize { get; init; }

    /// <summary>Bytes of the request's body are missing.</summary>
    public bool RequestTruncated { get; init; }

    /// <summary>Bytes of the response's body are missing.</summary>
    public bool ResponseTruncated { get; init; }

    /// <summary>The source changed the bytes of bodies.</summary>
    public bool Inexact { get; init; }

    /// <summary>How it ended. Not read for access-log entries: they tell by themselves.</summary>
    public ExchangeEnd End { get; init; }

    /// <summary>Who broke it off. Not read for access-log entries.</summary>
    public BrokenOffBy BrokenOffBy { get; init; }
}
