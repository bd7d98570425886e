namespace Loop.Contracts.Replays;

/// <summary>The outcome of a replay. The numbers are the exit codes of <c>loopctl replay</c>.</summary>
public enum Verdict
{
    /// <summary>The recorded failure happened again.</summary>
    Reproduced = 0,

    /// <summary>The failure is absent, against a baseline that reproduced it.</summary>
    Fixed = 1,

    /// <summary>Something else than the recorded failure happened.</summary>
    Diverged = 2,

    /// <summary>Nothing can be said; the reason tells why and what to do.</summary>
    Inconclusive = 3,

    /// <summary>With faults or edits: the entry answered as recorded. It says nothing about the recorded failure.</summary>
    Unchanged = 4,
}
