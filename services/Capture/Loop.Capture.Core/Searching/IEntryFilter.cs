using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Searching;

/// <summary>What a search wants, from the cheapest question to the dearest.</summary>
internal interface IEntryFilter
{
    /// <summary>By what the record says of itself. Called under the shard's queue gate: no lock, no reading of pages.</summary>
    bool MayFit(RingRecord record);

    /// <summary>By its bytes, not decoded. The caller holds a reference.</summary>
    bool Fits(RingRecord record);

    /// <summary>By everything but its bodies. The caller holds a reference.</summary>
    bool Fits(RingRecord record, Exchange head);
}
