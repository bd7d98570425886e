namespace Loop.Replayer.Core.Comparison;

/// <summary>In what two runs of one message may differ, and what is known of its form.</summary>
public sealed record ComparisonRules
{
    /// <summary>Each run's own ids and times.</summary>
    public required RunMask Run { get; init; }

    /// <summary>Protobuf type of the message; null: the wire form is compared.</summary>
    public MessageShape? Shape { get; init; }

    /// <summary>Only each run's own ids and times may differ.</summary>
    public static ComparisonRules Of(RunMask run) => new() { Run = run };
}
