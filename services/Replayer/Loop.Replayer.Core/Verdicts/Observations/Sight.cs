namespace Loop.Replayer.Core.Verdicts;

/// <summary>A replayed hop against its recording.</summary>
public enum Sight
{
    /// <summary>Nobody saw it.</summary>
    NotObserved,

    /// <summary>The proxies that would have seen it were watching, and it was not called.</summary>
    NotCalled,

    /// <summary>The same end with the same identity.</summary>
    Same,

    /// <summary>The same kind of end and status, another identity.</summary>
    OtherIdentity,

    /// <summary>Another status of refusal or failure, or another kind of end.</summary>
    OtherEnd,

    /// <summary>No failure: a status below 400, gRPC status 0.</summary>
    Healthy,
}

/// <summary>The asserted value of a replayed answer. <see cref="RecordedAgain"/> wins over <see cref="Expected"/>.</summary>
public enum AssertionSight
{
    /// <summary>No answer, or no body that holds values.</summary>
    NotObserved,

    /// <summary>The recorded wrong value again.</summary>
    RecordedAgain,

    /// <summary>The expectation holds.</summary>
    Expected,

    /// <summary>Neither, or the place is not there.</summary>
    Other,
}
