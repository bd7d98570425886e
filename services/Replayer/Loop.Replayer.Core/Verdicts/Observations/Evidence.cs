namespace Loop.Replayer.Core.Verdicts;

/// <summary>How far a verdict reaches. Ordered: a larger value is better evidence.</summary>
public enum Evidence
{
    /// <summary>An external destination: one request was sent, what the services behind it called is not controlled.</summary>
    Entry,

    /// <summary>A sandbox whose way out is not closed by the kernel.</summary>
    Unsealed,

    /// <summary>A sandbox without a way out but the recording. Only this one counts for tests, bisection and the truth bench.</summary>
    Sealed,
}
