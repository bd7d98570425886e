namespace Loop.Store.Core.Events;

/// <summary>Where an event comes from; written beside it, never needed to understand it.</summary>
public sealed record EventMetadata
{
    /// <summary>Nothing known.</summary>
    public static readonly EventMetadata None = new();

    /// <summary>The chain of work that this belongs to.</summary>
    public string? Correlation { get; init; }

    /// <summary>What directly led to it.</summary>
    public string? Causation { get; init; }

    /// <summary>W3C trace context of Loop's own work, not of the recorded traffic.</summary>
    public string? TraceParent { get; init; }
}
