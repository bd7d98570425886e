using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Links;

/// <summary>One recorded message, as far as values can be born in it or come along with it.</summary>
public sealed record LinkMessage
{
    /// <summary>The hop that it belongs to.</summary>
    public required string HopId { get; init; }

    /// <summary>Request or answer.</summary>
    public required LinkSide Side { get; init; }

    /// <summary>Service that made the call.</summary>
    public required string Caller { get; init; }

    /// <summary>Service that answered it.</summary>
    public required string Callee { get; init; }

    /// <summary>When it was complete, by one clock for all.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it says.</summary>
    public required Message Message { get; init; }

    /// <summary>True for a request that comes from outside: a replay sends its values as they were recorded.</summary>
    public bool IsInput { get; init; }

    /// <summary>Who says it.</summary>
    internal string Speaker => Side is LinkSide.Request ? Caller : Callee;

    /// <summary>Who hears it.</summary>
    internal string Listener => Side is LinkSide.Request ? Callee : Caller;
}

/// <summary>Direction of a message.</summary>
public enum LinkSide
{
    /// <summary>From the caller.</summary>
    Request,

    /// <summary>To the caller.</summary>
    Answer,
}
