namespace Loop.Cli.Proxy.Capture;

/// <summary>The bytes that may wait for the collector, shared by all exchanges. Taking never waits.</summary>
internal sealed class CaptureBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
