namespace Loop.Capture.Core.Ring;

/// <summary>Where a record stands. Changes under the index gate, so that a collection sees each record in exactly one state.</summary>
internal enum RecordState : byte
{
    /// <summary>Not in the ring: in reserve, dropped or evicted.</summary>
    Gone,

    /// <summary>Its source may still add to it.</summary>
    Open,

    /// <summary>Broken off; waits for its access-log entry.</summary>
    Waiting,

    /// <summary>Nothing of it will change.</summary>
    Complete,
}
