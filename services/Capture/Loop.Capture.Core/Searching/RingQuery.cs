using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Searching;

/// <summary>What is looked for in the ring among the requests that entered the mesh here.</summary>
public abstract record RingQuery;

/// <summary>Complete, without a failure as far as this node knows, status below 400, and of this route.</summary>
public sealed record HealthyOfRoute(EntryRoute Route) : RingQuery;

/// <summary>Of the session that these redaction tokens name.</summary>
/// <param name="Tokens">As they stand in redacted cookies and credentials.</param>
/// <param name="NeedsAll">True when an exchange must carry all of them, false when one is enough.</param>
public sealed record SameSession(IReadOnlyList<string> Tokens, bool NeedsAll) : RingQuery;

/// <summary>A request that was looked for: by what it is collected, and nothing of what it says.</summary>
public sealed record FoundExchange(ExchangeId Id, IReadOnlyList<TraceKey> Keys, DateTimeOffset StartedAt);
