namespace Loop.Store.Core.Packs;

/// <summary>A line of a segment's index: where a body lies.</summary>
/// <param name="Sha256">Name of the body, lower-case hex.</param>
/// <param name="HomeSegment">0: in this segment; else the number of the other segment that holds it, and the further fields are 0.</param>
/// <param name="Block">Number of the block.</param>
/// <param name="Offset">From the start of the raw block.</param>
/// <param name="SizeBytes">Bytes of the body.</param>
internal sealed record SegmentBody(string Sha256, int HomeSegment, int Block, int Offset, int SizeBytes)
{
    /// <summary>True when the body's bytes lie in this segment.</summary>
    public bool IsHere => HomeSegment == 0;
}
