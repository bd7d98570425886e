using Loop.Capture.Core.Intake;

namespace Loop.Capture.Listening;

/// <summary>
/// What the requests of one connection share; a feature of the connection, found through <c>HttpContext.Features</c>. It also is the mark by which a
/// request is known to have come through a listener of capture: a port check would fail with port 0, and Envoy's <c>:authority</c> is a cluster name.
/// </summary>
internal sealed class CaptureConnection(IExchangeIntake intake, string id, CaptureListenerKind kind) : IDisposable
{
    private readonly Lock _gate = new();
    private IIntakeShard? _shard;

    /// <summary>Which listener accepted it.</summary>
    public CaptureListenerKind Kind => kind;

    /// <summary>The connection's shard of the ring, opened by the first stream that needs it (health checks never do).</summary>
    public IIntakeShard Shard
    {
        get
        {
            lock (_gate)
                return _shard ??= intake.OpenShard(id);
        }
    }

    /// <summary>Closes the shard; the connection's requests are over by then.</summary>
    public void Dispose()
    {
        lock (_gate)
            _shard?.Dispose();
    }
}

/// <summary>The listeners of capture.</summary>
internal enum CaptureListenerKind
{
    /// <summary>gRPC over HTTP/2.</summary>
    Grpc,

    /// <summary>HTTP POST of binary TapRequests.</summary>
    TapHttp,
}
