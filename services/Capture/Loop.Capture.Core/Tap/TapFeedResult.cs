namespace Loop.Capture.Core.Tap;

/// <summary>What became of a trace.</summary>
public enum TapFeedResult
{
    /// <summary>It went into the ring.</summary>
    Fed,

    /// <summary>The ring had no room for the exchange; it is counted there.</summary>
    Shed,

    /// <summary>A trace without HTTP in it (transport socket tap), or an empty one.</summary>
    Ignored,

    /// <summary>Nothing that is known as a trace.</summary>
    NoTrace,

    /// <summary>It is damaged; nothing of it was taken.</summary>
    Malformed,
}
