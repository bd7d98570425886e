namespace Loop.Contracts.Api;

/// <summary>Health of everything: <c>GET /api/v1/status</c>.</summary>
/// <param name="Ready">True only when capture, store and API are ready.</param>
/// <param name="Version">Loop's version.</param>
/// <param name="Nodes">Capture nodes, connected ones first.</param>
/// <param name="Store">The store's own numbers.</param>
/// <param name="Problems">What is not as it should be, in words with a remedy; empty when all is well.</param>
public sealed record SystemStatus(bool Ready, string Version, IReadOnlyList<NodeStatusView> Nodes, StoreStatusView Store, IReadOnlyList<string> Problems);

/// <summary>What a capture node says of itself, at most 2 s old while it is connected.</summary>
public sealed record NodeStatusView
{
    /// <summary>Name.</summary>
    public required string Node { get; init; }

    /// <summary>Its process, Unix milliseconds of the start.</summary>
    public required long Epoch { get; init; }

    /// <summary>True while the node link is up.</summary>
    public required bool Connected { get; init; }

    /// <summary>When it last reported.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Start of the oldest exchange in the ring.</summary>
    public DateTimeOffset? Horizon { get; init; }

    /// <summary>Exchanges completed per second over the last report.</summary>
    public required double ExchangesPerSecond { get; init; }

    /// <summary>Exchanges in the ring.</summary>
    public required long RingExchanges { get; init; }

    /// <summary>Bytes of the pool in use.</summary>
    public required long RingBytesUsed { get; init; }

    /// <summary>Bytes of the pool.</summary>
    public required long RingBytesTotal { get; init; }

    /// <summary>Exchanges that have not ended.</summary>
    public required long OpenExchanges { get; init; }

    /// <summary>Counters since the node started, by name: <c>completed</c>, <c>shed</c>, <c>truncated</c>, <c>evicted</c>, <c>malformed</c>, <c>triggered</c>, <c>collected</c>….</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Per input: exchanges or entries received.</summary>
    public required IReadOnlyDictionary<string, long> Inputs { get; init; }
}

/// <summary>Numbers of the store.</summary>
/// <param name="Conversations">Kept, merged ones not counted.</param>
/// <param name="Open">Not sealed yet.</param>
/// <param name="Refused">Triggers refused by the cap per minute.</param>
/// <param name="HopsExpected">Views expected over all sealed conversations.</param>
/// <param name="HopsPresent">Of these, recorded.</param>
public sealed record StoreStatusView(long Conversations, long Open, long Refused, long HopsExpected, long HopsPresent);
