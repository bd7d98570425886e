using System.Buffers;

namespace Loop.Capture.Core.Ring;

/// <summary>One page as <see cref="Memory{T}"/>, for readers. It keeps the pool alive, never the page: that is what leases are for.</summary>
internal sealed unsafe class PageMemory(PagePool pool, byte* start) : MemoryManager<byte>
{
    private readonly PagePool _pool = pool;

    public override Span<byte> GetSpan()
    {
        GC.KeepAlive(_pool);
        return new Span<byte>(start, PagePool.PageBytes);
    }

    // Native memory does not move.
    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
