using Grpc.Core;
using Grpc.Net.Client;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Cli.Proxy.Capture;

/// <summary>
/// The way to the collector. It fails open: whatever the collector does, a request only ever pays for putting a message into memory. What does not fit,
/// or cannot be sent in time, is dropped and counted.
/// </summary>
internal sealed class CollectorLink : IAsyncDisposable
{
    private readonly ProxyOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _stopping = new();
    private readonly AccessLogStream _log;
    private readonly Task _reporting;
    private long _closedUntilTimestamp;
    private int _openStreams;

    public CollectorLink(ProxyOptions options, TextWriter error, TimeProvider time)
    {
        _options = options;
        _time = time;
        Losses = new LossCounter(error, options.Limits.ReportPause, time);
        Budget = new CaptureBudget(options.Limits.WaitingBytes);
        _channel = GrpcChannel.ForAddress(options.Collector, new GrpcChannelOptions { HttpHandler = Handler(options.Limits), DisposeHttpClient = true, MaxSendMessageSize = null });
        Processor = new ExternalProcessor.ExternalProcessorClient(_channel);
        _log = new AccessLogStream(_channel, options, Losses, time, _stopping.Token);
        _reporting = Losses.Report(_stopping.Token);
    }

    public LossCounter Losses { get; }

    public CaptureBudget Budget { get; }

    public ExternalProcessor.ExternalProcessorClient Processor { get; }

    public CaptureLimits Limits => _options.Limits;

    public TimeProvider Time => _time;

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Names the source, as <c>initial_metadata</c> of an Envoy does.</summary>
    public static Metadata MetadataOf(ProxyOptions options)
    {
        var metadata = new Metadata
        {
            { "x-loop-service", options.Service },
            { "x-loop-direction", options.Direction.ToString().ToLowerInvariant() },
        };
        if (options.Instance is not null)
            metadata.Add("x-loop-instance", options.Instance);
        if (options.Namespace is not null)
            metadata.Add("x-loop-namespace", options.Namespace);
        return metadata;
    }

    /// <summary>A side stream for one exchange; null when there is no room, or no collector.</summary>
    public SideStream? Open()
    {
        if (Interlocked.Read(ref _closedUntilTimestamp) is var until and not 0 && _time.GetTimestamp() < until)
        {
            Losses.Add("exchanges (no collector)");
            return null;
        }

        if (Interlocked.Increment(ref _openStreams) <= Limits.OpenStreams)
            return new SideStream(this, MetadataOf(_options));
        Interlocked.Decrement(ref _openStreams);
        Losses.Add("exchanges (collector too slow)");
        return null;
    }

    /// <summary>Logs an exchange once its parts are told, as an Envoy does: an entry that overtakes them looks like one of an exchange that was lost.</summary>
    public void Log(ProxiedExchange exchange, Task told)
    {
        HTTPAccessLogEntry entry = AccessLogEntries.Of(exchange);
        told.ContinueWith(_ => _log.Add(entry), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>A side stream ended; <paramref name="isUnreachable"/> keeps the next ones from trying for a moment.</summary>
    public void Closed(bool isUnreachable)
    {
        Interlocked.Decrement(ref _openStreams);
        long until = isUnreachable ? _time.GetTimestamp() + (long)(Limits.RetryPause.TotalSeconds * _time.TimestampFrequency) : 0;
        Interlocked.Exchange(ref _closedUntilTimestamp, until);
    }

    public async ValueTask DisposeAsync()
    {
        await StreamsSent();
        await _log.Complete();
        await _stopping.CancelAsync();
        try
        {
            await _reporting;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _channel.Dispose();
        _stopping.Dispose();
    }

    // What is told already arrives, within the time that a message may take.
    private async Task StreamsSent()
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(20);
        for (TimeSpan waited = TimeSpan.Zero; Volatile.Read(ref _openStreams) > 0 && waited < Limits.WriteTimeout; waited += pause)
            await Task.Delay(pause, _time, CancellationToken.None);
    }

    private static SocketsHttpHandler Handler(CaptureLimits limits) => new()
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = limits.WriteTimeout,
        EnableMultipleHttp2Connections = true,
        // Tells a frozen collector from an idle one, as connection_keepalive does in Envoy.
        KeepAlivePingDelay = TimeSpan.FromSeconds(1),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
    };
}
