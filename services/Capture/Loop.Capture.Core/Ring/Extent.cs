namespace Loop.Capture.Core.Ring;

/// <summary>A piece of a page that belongs to one log of one record. Holds one reference to its page.</summary>
/// <param name="page">Index of the page.</param>
/// <param name="offset">First byte in the page, a multiple of 8.</param>
/// <param name="capacity">Bytes reserved, a multiple of 8.</param>
/// <param name="isShared">True when other exchanges may lie on the same page.</param>
internal struct Extent(int page, int offset, int capacity, bool isShared)
{
    public readonly int Page = page;
    public readonly int Offset = offset;
    public readonly bool IsShared = isShared;
    public int Capacity = capacity;
    public int Used;
}
