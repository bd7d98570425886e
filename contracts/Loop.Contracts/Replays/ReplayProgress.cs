namespace Loop.Contracts.Replays;

/// <summary>How far a replay has come: what a worker must know before it takes it up.</summary>
public sealed record ReplayProgress
{
    /// <summary>As it was asked for.</summary>
    public required ReplayRequested Requested { get; init; }

    /// <summary>The report as far as it goes.</summary>
    public required ReplayReport Report { get; init; }

    /// <summary>How often a worker has begun it.</summary>
    public int Attempts { get; init; }

    /// <summary>The replayer that took it up last, or accepted it; null when its stream does not say.</summary>
    public ReplayHolder? Holder { get; init; }

    /// <summary>When its last fact was.</summary>
    public DateTimeOffset LastFactAt { get; init; }

    /// <summary>True when the request to an external destination may have been sent.</summary>
    public bool IsSent { get; init; }

    /// <summary>True when somebody asked to end it.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Run → its last step that was recorded.</summary>
    public IReadOnlyDictionary<int, int> LastSteps { get; init; } = new Dictionary<int, int>();
}
