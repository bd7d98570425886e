namespace Loop.Capture.Wire;

/// <summary>
/// Bounds the bytes of half-arrived messages over all streams. HTTP/2 windows do not: what was examined is credited back to the peer, so that each
/// of 10,000 streams could hold a message that never ends.
/// </summary>
internal sealed class GrpcReceiveBudget(long limitBytes)
{
    private long _reservedBytes;

    /// <summary>Bytes reserved now.</summary>
    public long ReservedBytes => Interlocked.Read(ref _reservedBytes);

    /// <summary>Reserves room for one message; false when there is none.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _reservedBytes, bytes) <= limitBytes)
            return true;
        Release(bytes);
        return false;
    }

    /// <summary>Gives room back.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _reservedBytes, -bytes);
}
