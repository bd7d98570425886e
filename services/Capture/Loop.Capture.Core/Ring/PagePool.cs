using System.Runtime.InteropServices;

namespace Loop.Capture.Core.Ring;

/// <summary>
/// The fixed native memory of the ring, cut into pages. A page is free, or has as many references as there are extents, shards and readers that use it.
/// All native memory is taken at construction, so the budget cannot be exceeded; the system commits it as it is first touched.
/// It is given back by the finalizer alone: a writer or reader that outlives the shutdown must find its bytes, and a node has one pool for its life.
/// </summary>
internal sealed unsafe class PagePool
{
    public const int PageBytes = 32 * 1024;

    private readonly byte* _memory;
    private readonly int[] _references;
    private readonly int[] _free;
    private readonly PageMemory[] _pages;
    private readonly Lock _gate = new();
    private int _freeCount;

    public PagePool(long poolBytes)
    {
        PageCount = checked((int)(poolBytes / PageBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(PageCount, 1, nameof(poolBytes));
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)PageCount, PageBytes);
        _references = new int[PageCount];
        _free = new int[PageCount];
        _pages = new PageMemory[PageCount];
        for (int page = 0; page < PageCount; page++)
        {
            _free[page] = PageCount - 1 - page;
            _pages[page] = new PageMemory(this, _memory + ((long)page * PageBytes));
        }

        _freeCount = PageCount;
    }

    ~PagePool() => NativeMemory.Free(_memory);

    public int PageCount { get; }

    public long TotalBytes => (long)PageCount * PageBytes;

    public long UsedBytes => (long)(PageCount - Volatile.Read(ref _freeCount)) * PageBytes;

    /// <summary>Takes a free page with one reference.</summary>
    public bool TryTake(out int page)
    {
        lock (_gate)
        {
            if (_freeCount == 0)
            {
                page = -1;
                return false;
            }

            page = _free[--_freeCount];
        }

        Volatile.Write(ref _references[page], 1);
        return true;
    }

    public void AddReference(int page) => Interlocked.Increment(ref _references[page]);

    public void Release(int page)
    {
        int left = Interlocked.Decrement(ref _references[page]);
        if (left > 0)
            return;
        if (left < 0)
            throw new InvalidOperationException($"Page {page} of the ring was released more often than it was taken.");
        lock (_gate)
            _free[_freeCount++] = page;
    }

    public Span<byte> Span(int page, int offset, int length) => new(_memory + ((long)page * PageBytes) + offset, length);

    public ReadOnlyMemory<byte> Memory(int page, int offset, int length) => _pages[page].Memory.Slice(offset, length);
}
