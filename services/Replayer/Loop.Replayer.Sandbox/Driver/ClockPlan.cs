namespace Loop.Replayer.Sandbox.Driver;

/// <summary>
/// Which time live services see. What the environment of a service says about time zone and locale itself, is left to it.
/// </summary>
public sealed record ClockPlan
{
    /// <summary>How the wall clock goes. Monotonic clocks always run as the machine's do.</summary>
    public ClockMode Mode { get; init; } = ClockMode.Real;

    /// <summary>The wall clock when the first process of the sandbox starts; not used when <see cref="Mode"/> is real. From 1990 to 2200.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>Name of a time zone that the machine knows, such as <c>Europe/Berlin</c>; null leaves the services what they find.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Name of a locale, such as <c>de_DE.UTF-8</c>; null leaves the services what they find.</summary>
    public string? Locale { get; init; }
}

/// <summary>How the wall clock of live services goes.</summary>
public enum ClockMode
{
    /// <summary>As the machine's.</summary>
    Real = 0,

    /// <summary>From the start on; all services of a sandbox agree.</summary>
    Shifted = 1,

    /// <summary>It stands at the start.</summary>
    Frozen = 2,
}

/// <summary>Whether the planned clock is the one that a service sees.</summary>
public enum ClockReach
{
    /// <summary>Measured: a program of the same runtime saw the planned time.</summary>
    Reached = 0,

    /// <summary>The service sees the machine's time.</summary>
    NotReached = 1,

    /// <summary>It could not be measured; nothing may be built on it.</summary>
    Unknown = 2,
}
