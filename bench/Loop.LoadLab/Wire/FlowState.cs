namespace Loop.LoadLab.Wire;

/// <summary>What writer and reader of a connection share: windows and open streams. Every wait ends when the connection breaks.</summary>
internal sealed class FlowState(int maximumOpen)
{
    private const int WaitMilliseconds = 30_000;

    private readonly object _gate = new();
    private readonly HashSet<int> _open = [];
    private long _connectionWindow = 65_535;
    private long _initialStreamWindow = 65_535;
    private long _streamWindow;
    private int _currentStream;
    private bool _isReady;
    private Exception? _failure;

    /// <summary>Calls that ended with the server's end of stream.</summary>
    public long Ended { get; private set; }

    /// <summary>Calls that were reset before they ended.</summary>
    public long Reset { get; private set; }

    /// <summary>True when this would not wait.</summary>
    public bool CanBegin
    {
        get
        {
            lock (_gate)
                return _open.Count < maximumOpen;
        }
    }

    public void WaitUntilReady() => Wait(() => _isReady, "the server's settings");

    /// <summary>Opens a stream as soon as there are few enough.</summary>
    public void Begin(int stream)
    {
        lock (_gate)
        {
            Wait(() => _open.Count < maximumOpen, "calls to end");
            _open.Add(stream);
            _currentStream = stream;
            _streamWindow = _initialStreamWindow;
        }
    }

    /// <summary>Takes bytes of both windows; false when that would have to wait.</summary>
    public bool TryTake(int bytes)
    {
        lock (_gate)
        {
            if (_connectionWindow < bytes || _streamWindow < bytes)
                return false;
            _connectionWindow -= bytes;
            _streamWindow -= bytes;
            return true;
        }
    }

    public void WaitForWindow(int bytes) => Wait(() => _connectionWindow >= bytes && _streamWindow >= bytes, "the window to open");

    public void WaitForAll() => Wait(() => _open.Count == 0, "the last calls to end");

    public void OnSettings(long? initialStreamWindow)
    {
        lock (_gate)
        {
            _initialStreamWindow = initialStreamWindow ?? _initialStreamWindow;
            _isReady = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void OnWindow(int stream, int bytes)
    {
        lock (_gate)
        {
            if (stream == 0)
                _connectionWindow += bytes;
            else if (stream == _currentStream)
                _streamWindow += bytes;
            Monitor.PulseAll(_gate);
        }
    }

    public void OnEnded(int stream, bool isReset)
    {
        lock (_gate)
        {
            // A server that needs no more may end its answer and then reset the stream without an error.
            if (!_open.Remove(stream))
                return;
            Ended += isReset ? 0 : 1;
            Reset += isReset ? 1 : 0;
            Monitor.PulseAll(_gate);
        }
    }

    public void OnFailed(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            Monitor.PulseAll(_gate);
        }
    }

    private void Wait(Func<bool> isSo, string what)
    {
        lock (_gate)
        {
            while (!isSo())
            {
                if (_failure is not null)
                    throw new IOException($"The connection broke while waiting for {what}: {_failure.Message}", _failure);
                if (!Monitor.Wait(_gate, WaitMilliseconds))
                    throw new TimeoutException($"Waited {WaitMilliseconds / 1000} s for {what}.");
            }
        }
    }
}
