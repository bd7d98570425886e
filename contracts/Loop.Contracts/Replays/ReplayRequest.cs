namespace Loop.Contracts.Replays;

/// <summary>Body of <c>POST /api/v1/replays</c>.</summary>
public sealed record ReplayRequest
{
    /// <summary>Conversation id or unique prefix (≥ 4 characters).</summary>
    public required string Conversation { get; init; }

    /// <summary><c>host:port</c> or an http(s) URL; loopback, or allowed by <c>Loop:Replay:AllowedDestinations</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>Hop to send: its id or its number; null for the only root.</summary>
    public string? Hop { get; init; }

    /// <summary>Headers to set, also those that were redacted: name → value.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Longest wait for the answer, seconds; null means max(30 s, 3 × recorded).</summary>
    public double? TimeoutSeconds { get; init; }
}
