namespace Loop.Capture.Core.Ring;

/// <summary>
/// A piece of a page that belongs to one log of one record. Holds one reference to its page. Kept to 12 bytes: a full ring has a million of them.
/// </summary>
/// <param name="page">Index of the page.</param>
/// <param name="offset">First byte in the page, a multiple of 8.</param>
/// <param name="capacity">Bytes reserved, a multiple of 8.</param>
/// <param name="isShared">True when other exchanges may lie on the same page.</param>
internal struct Extent(int page, int offset, int capacity, bool isShared)
{
    public readonly int Page = page;
    public readonly bool IsShared = isShared;

    // A page has 32 KiB, so that all places and lengths in it fit.
    private readonly ushort _offset = (ushort)offset;
    private ushort _capacity = (ushort)capacity;
    private ushort _used;

    public readonly int Offset => _offset;

    public int Capacity
    {
        readonly get => _capacity;
        set => _capacity = (ushort)value;
    }

    public int Used
    {
        readonly get => _used;
        set => _used = (ushort)value;
    }
}
