using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.Accesslog.V3;

namespace Loop.Cli.Proxy.Capture;

/// <summary>The one access-log stream of the process: sends entries as they come, several at once when they pile up, and dials again after a break.</summary>
internal sealed class AccessLogStream
{
    private const int LargestBatch = 100;
    private readonly AccessLogService.AccessLogServiceClient _client;
    private readonly ProxyOptions _options;
    private readonly LossCounter _losses;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly Channel<HTTPAccessLogEntry> _waiting;
    private readonly Task _running;

    // A batch whose stream broke is sent again on the next one; only what does not fit behind it is lost.
    private StreamAccessLogsMessage? _unsent;

    public AccessLogStream(GrpcChannel channel, ProxyOptions options, LossCounter losses, TimeProvider time, CancellationToken stopping)
    {
        _client = new AccessLogService.AccessLogServiceClient(channel);
        _options = options;
        _losses = losses;
        _time = time;
        _stopping = stopping;
        _waiting = Channel.CreateBounded<HTTPAccessLogEntry>(new BoundedChannelOptions(options.Limits.WaitingLogEntries) { SingleReader = true });
        _running = Task.Run(Run, CancellationToken.None);
    }

    public void Add(HTTPAccessLogEntry entry)
    {
        if (!_waiting.Writer.TryWrite(entry))
            _losses.Add("log entries (collector too slow)");
    }

    /// <summary>Sends what waits, for as long as a message may take.</summary>
    public async Task Complete()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAny(_running, Task.Delay(_options.Limits.WriteTimeout, _time, _stopping));
    }

    private async Task Run()
    {
        while ((_unsent is not null || await _waiting.Reader.WaitToReadAsync(CancellationToken.None)) && !_stopping.IsCancellationRequested)
        {
            try
            {
                await Stream();
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException or InvalidOperationException or IOException)
            {
                if (_stopping.IsCancellationRequested)
                    return;
                await Task.Delay(_options.Limits.RetryPause, _time, _stopping).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task Stream()
    {
        using AsyncClientStreamingCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call = _client.StreamAccessLogs(CollectorLink.MetadataOf(_options), cancellationToken: _stopping);
        Task ended = call.ResponseAsync;
        for (bool isFirst = true; await HasMore(ended); isFirst = false)
        {
            _unsent ??= NextBatch();
            _unsent.Identifier = isFirst ? Identifier() : null;
            await Write(call, _unsent);
            _unsent = null;
        }

        await call.RequestStream.CompleteAsync();
        await ended;
    }

    // A collector that leaves while nothing is logged must be noticed before the next entry goes into the void.
    private async Task<bool> HasMore(Task ended)
    {
        if (_unsent is not null)
            return true;
        Task<bool> more = _waiting.Reader.WaitToReadAsync(_stopping).AsTask();
        if (await Task.WhenAny(more, ended) == ended)
            await ended;
        return await more;
    }

    private async Task Write(AsyncClientStreamingCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call, StreamAccessLogsMessage message)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        limit.CancelAfter(_options.Limits.WriteTimeout);
        await call.RequestStream.WriteAsync(message, limit.Token);
    }

    private StreamAccessLogsMessage NextBatch()
    {
        var message = new StreamAccessLogsMessage { HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries() };
        while (message.HttpLogs.LogEntry.Count < LargestBatch && _waiting.Reader.TryRead(out HTTPAccessLogEntry? entry))
            message.HttpLogs.LogEntry.Add(entry);
        return message;
    }

    private StreamAccessLogsMessage.Types.Identifier Identifier() => new()
    {
        LogName = $"loop-{_options.Service}-{_options.Direction.ToString().ToLowerInvariant()}",
        Node = new Node { Id = _options.Instance ?? _options.Service, Cluster = _options.Service },
    };
}
