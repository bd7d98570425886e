using Loop.SandboxFiles;

namespace Loop.Replayer.Credentials;

/// <summary>How recorded times become those of the sandbox.</summary>
/// <param name="Start">What its clock shows when it starts.</param>
/// <param name="Shift">From the recorded start to <paramref name="Start"/>.</param>
internal sealed record TokenTimes(DateTimeOffset Start, TimeSpan Shift)
{
    /// <summary>Those of a replay: a service that lives at the recorded time sees recorded times as they were.</summary>
    public static TokenTimes Of(SandboxClock clock, DateTimeOffset recordedStart, DateTimeOffset now) =>
        clock is SandboxClock.Real ? new TokenTimes(now, now - recordedStart) : new TokenTimes(recordedStart, TimeSpan.Zero);
}
