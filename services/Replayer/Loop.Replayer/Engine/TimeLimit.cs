using Loop.Replayer.Hosting;

namespace Loop.Replayer.Engine;

/// <summary>How long an answer is awaited.</summary>
/// <param name="Limit">The wait.</param>
/// <param name="IsLongEnough">True when no answer within it is a hang: it is at least max(minimum, 3 × recorded).</param>
public readonly record struct TimeLimit(TimeSpan Limit, bool IsLongEnough)
{
    /// <summary>The limit of one replay.</summary>
    public static TimeLimit For(TimeSpan? recorded, double? askedSeconds, ReplayOptions options)
    {
        TimeSpan tripled = (recorded ?? TimeSpan.Zero) * 3;
        TimeSpan standard = tripled > options.MinimumTimeLimit ? tripled : options.MinimumTimeLimit;
        TimeSpan limit = askedSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : standard;
        if (limit > options.MaximumTimeLimit)
            limit = options.MaximumTimeLimit;
        return new TimeLimit(limit, limit >= standard);
    }
}
