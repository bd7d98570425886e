namespace Loop.Replayer.Core.StandIns;

/// <summary>What the recording says to a call of a live service.</summary>
public abstract record CallMatch
{
    private CallMatch()
    {
    }

    /// <summary>It was recorded: this is its answer, and it is used up now.</summary>
    /// <param name="Call">The recorded call.</param>
    /// <param name="Ambiguity">Why another recorded answer might be the right one; null when none might.</param>
    public sealed record Answered(RecordedCall Call, string? Ambiguity) : CallMatch;

    /// <summary>The recording has no answer. Nothing is made up.</summary>
    /// <param name="Why">In one sentence.</param>
    /// <param name="Candidates">The nearest recorded calls that are not used up, nearest first; at most three.</param>
    /// <param name="ChangedFrom">The one call that this is instead of, when there is exactly one with the same caller, authority, method and route.</param>
    public sealed record Miss(string Why, IReadOnlyList<MissCandidate> Candidates, MissCandidate? ChangedFrom) : CallMatch;
}

/// <summary>A recorded call that is not the one that was made.</summary>
/// <param name="Call">The recorded call.</param>
/// <param name="Differences">What differs, the weightiest first.</param>
public sealed record MissCandidate(RecordedCall Call, IReadOnlyList<FieldDifference> Differences);

/// <summary>One field in which two calls differ.</summary>
/// <param name="Field"><c>caller</c>, <c>authority</c>, <c>method</c>, <c>path</c>, <c>query</c>, <c>header NAME</c>, <c>body</c>, <c>body $.x</c>, <c>body byte 4711</c> (from 0).</param>
/// <param name="Recorded">Recorded value; null when absent.</param>
/// <param name="Replayed">Value of the live call; null when absent.</param>
public sealed record FieldDifference(string Field, string? Recorded, string? Replayed);
