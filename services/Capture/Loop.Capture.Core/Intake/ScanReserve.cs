using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Intake;

/// <summary>Scans to be used again: each holds buffers that only an unfinished exchange needs.</summary>
internal sealed class ScanReserve
{
    private const int Limit = 4_096;
    private readonly Stack<PartScan> _scans = new();

    public PartScan Take()
    {
        lock (_scans)
        {
            if (_scans.TryPop(out PartScan? scan))
                return scan;
        }

        return new PartScan();
    }

    public void Return(PartScan scan)
    {
        scan.Reset();
        lock (_scans)
        {
            if (_scans.Count < Limit)
                _scans.Push(scan);
        }
    }
}
