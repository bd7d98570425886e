using System.Globalization;
using System.Security.Cryptography;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Answers;

/// <summary>What came back for one sent request.</summary>
public sealed record Answer
{
    /// <summary>How it ended.</summary>
    public required AnswerOutcome Outcome { get; init; }

    /// <summary>HTTP status; null when no headers came.</summary>
    public int? Status { get; init; }

    /// <summary>Names in lower case, pseudo headers left out.</summary>
    public IReadOnlyList<HeaderField> Headers { get; init; } = [];

    /// <summary>Trailers; empty when none.</summary>
    public IReadOnlyList<HeaderField> Trailers { get; init; } = [];

    /// <summary>The body as it crossed the wire, up to the cap.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>True when we stopped reading at the cap.</summary>
    public bool BodyTruncated { get; init; }

    /// <summary>True when the connection was reset; false when it ended, or nothing broke off.</summary>
    public bool ByReset { get; init; }

    /// <summary>From the first byte sent to the end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What the operating system or the parser said; null when it was answered.</summary>
    public string? Detail { get; init; }

    /// <summary>True when the sandbox's agent ended it at the recorded time limit, in the place of the proxy that did when it was recorded.</summary>
    public bool EndedByProxy { get; init; }

    /// <summary>The answer as an exchange, so that the one failure rule judges recorded and replayed answers alike.</summary>
    public Exchange ToExchange(HttpMessagePart? request, DateTimeOffset startedAt) => new()
    {
        Id = new ExchangeId("replay", 0, 0),
        Input = CaptureInput.ExternalProcessor,
        View = ExchangeView.Server,
        Instance = "replay",
        StartedAt = startedAt,
        Duration = Duration,
        Request = request,
        Response = Status is null ? null : ToPart(),
        End = Outcome is AnswerOutcome.Answered ? ExchangeEnd.Complete : ExchangeEnd.BrokenOff,
        BrokenOffBy = Outcome is AnswerOutcome.Answered ? BrokenOffBy.None : BrokenOffBy.Upstream,
        ResponseFlags = EndedByProxy ? ["UT"] : [],
    };

    private HttpMessagePart ToPart() => new()
    {
        Headers = [new HeaderField(":status", Status!.Value.ToString(CultureInfo.InvariantCulture)), .. Headers],
        Trailers = Trailers,
        Body = new BodyInfo
        {
            SizeBytes = Body.Length,
            KeptBytes = Body.Length,
            Truncated = BodyTruncated,
            Sha256 = Body.IsEmpty ? null : Convert.ToHexStringLower(SHA256.HashData(Body.Span)),
        },
    };
}
