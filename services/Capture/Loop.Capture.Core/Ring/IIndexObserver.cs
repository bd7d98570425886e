namespace Loop.Capture.Core.Ring;

/// <summary>Who must know what happens in the index. Called under its gate: short, no other lock of the ring, no waiting.</summary>
internal interface IIndexObserver
{
    /// <summary>A record was entered under a key that it did not have before.</summary>
    void OnKeysAdded(RingRecord record);

    /// <summary>A record is finished.</summary>
    void OnCompleted(RingRecord record);

    /// <summary>A record left unfinished.</summary>
    void OnDropped(RingRecord record);

    /// <summary>A record looks like a failure: it is to be decoded and judged.</summary>
    void OnSuspected(RingRecord record);

    /// <summary>Time passed.</summary>
    void OnSweep();
}
