using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Noise;

namespace Loop.Replayer.Core.Comparison;

/// <summary>In what two runs of one message may differ, and what is known of its form.</summary>
public sealed record ComparisonRules
{
    /// <summary>Each run's own ids and times.</summary>
    public required RunMask Run { get; init; }

    /// <summary>What was learned to vary.</summary>
    public NoiseFilter Noise { get; init; } = NoiseFilter.None;

    /// <summary>Values that the live build made anew; null when none were followed.</summary>
    public LiveBindings? Bindings { get; init; }

    /// <summary>Protobuf type of the message; null: the wire form is compared.</summary>
    public MessageShape? Shape { get; init; }

    /// <summary>Only each run's own ids and times may differ.</summary>
    public static ComparisonRules Of(RunMask run) => new() { Run = run };

    /// <summary>A recorded value without its run's own names.</summary>
    internal string Recorded(string value) => Run.Apply(value);

    /// <summary>A replayed value without its run's own names, with recorded ids put back.</summary>
    internal string Replayed(string place, string value) => Run.Apply(Bindings?.PutBack(place, value) ?? value);
}
