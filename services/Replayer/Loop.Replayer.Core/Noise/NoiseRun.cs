using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Noise;

/// <summary>One run of the recorded build, or the recording itself.</summary>
public sealed record NoiseRun
{
    /// <summary>By how much its clock was shifted against the other runs.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>Processes and state were made for this run alone.</summary>
    public bool FreshState { get; init; }

    /// <summary>Masks the names of its trace.</summary>
    public RunMask Mask { get; init; } = RunMask.None;

    /// <summary>Its hops.</summary>
    public required IReadOnlyList<NoiseSample> Hops { get; init; }
}

/// <summary>One hop of a run.</summary>
public sealed record NoiseSample
{
    /// <summary>In words, as divergences name it.</summary>
    public required string Hop { get; init; }

    /// <summary>When it began, by the clock of its run.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, by the same clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What was asked; null when it was not seen.</summary>
    public required Message? Request { get; init; }

    /// <summary>What was answered; null when it was not seen.</summary>
    public required Message? Answer { get; init; }

    /// <summary>Protobuf types of both; null when unknown.</summary>
    public MethodShapes? Shapes { get; init; }
}

/// <summary>A mask, and what varied without becoming part of it.</summary>
/// <param name="Mask">The mask; null when the runs are not enough to learn from.</param>
/// <param name="Refusal">Why there is none; null when there is one.</param>
/// <param name="Unmasked">Places that vary and are compared all the same, with why.</param>
public sealed record NoiseLearning(NoiseMask? Mask, string? Refusal, IReadOnlyList<string> Unmasked);
