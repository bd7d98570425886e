using System.Collections.Concurrent;
using Grpc.Core;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.Accesslog.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Cli.Tests.Proxy;

/// <summary>A capture node that keeps what it is told; it can also be one that never reads.</summary>
internal sealed class FakeCollector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly WebApplication _application;
    private readonly SemaphoreSlim _changed = new(0);

    private FakeCollector(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.First());

    public bool IsFrozen { get; init; }

    /// <summary>How long it takes to end a stream whose response has ended.</summary>
    public TimeSpan EndPause { get; set; }

    public TaskCompletionSource Unfrozen { get; } = new();

    public ConcurrentQueue<SideStreamSeen> Streams { get; } = new();

    public ConcurrentQueue<(StreamAccessLogsMessage.Types.Identifier Identifier, HTTPAccessLogEntry Entry)> Log { get; } = new();

    /// <summary>Paths whose log entry came before their stream had ended.</summary>
    public ConcurrentQueue<string> EarlyLog { get; } = new();

    public static async Task<FakeCollector> Start(bool isFrozen = false, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        FakeCollector? self = null;
        builder.Services.AddSingleton(_ => self!);
        WebApplication application = builder.Build();
        self = new FakeCollector(application) { IsFrozen = isFrozen };
        application.MapGrpcService<Processor>();
        application.MapGrpcService<Logs>();
        await application.StartAsync();
        return self;
    }

    /// <summary>The stream of the exchange with this path once it has ended, one way or the other.</summary>
    public async Task<SideStreamSeen> Ended(string path)
    {
        SideStreamSeen? seen = null;
        await Until(() => (seen = Streams.FirstOrDefault(stream => stream.Path == path && stream.HasEnded)) is not null, $"stream of {path}");
        return seen!;
    }

    public async Task<HTTPAccessLogEntry> Logged(string path)
    {
        HTTPAccessLogEntry? seen = null;
        await Until(() => (seen = Log.Select(item => item.Entry).FirstOrDefault(entry => entry.Request.Path == path)) is not null, $"log entry of {path}");
        return seen!;
    }

    public async Task Until(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (!condition())
                await _changed.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The collector waited {Patience.TotalSeconds} s for: {what}. It saw {string.Join("; ", Streams.Select(stream => $"{stream.Path}: {stream.Sequence} ended {stream.HasEnded}"))}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Unfrozen.TrySetResult();
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private void Changed() => _changed.Release();

    private sealed class Processor(FakeCollector collector) : ExternalProcessor.ExternalProcessorBase
    {
        public override async Task Process(IAsyncStreamReader<ProcessingRequest> requestStream, IServerStreamWriter<ProcessingResponse> responseStream, ServerCallContext context)
        {
            if (collector.IsFrozen)
                await collector.Unfrozen.Task;
            var seen = new SideStreamSeen(context.RequestHeaders);
            collector.Streams.Enqueue(seen);
            try
            {
                await foreach (ProcessingRequest message in requestStream.ReadAllAsync())
                {
                    seen.Messages.Enqueue(message);
                    collector.Changed();
                    if (seen.HasResponseEnd)
                        break;
                }

                await Task.Delay(collector.EndPause);
            }
            catch (Exception exception) when (exception is IOException or RpcException or OperationCanceledException or InvalidOperationException)
            {
                seen.WasCut = true;
            }

            seen.HasEnded = true;
            collector.Changed();
        }
    }

    private sealed class Logs(FakeCollector collector) : AccessLogService.AccessLogServiceBase
    {
        public override async Task<StreamAccessLogsResponse> StreamAccessLogs(IAsyncStreamReader<StreamAccessLogsMessage> requestStream, ServerCallContext context)
        {
            if (collector.IsFrozen)
                await collector.Unfrozen.Task;
            StreamAccessLogsMessage.Types.Identifier? identifier = null;
            try
            {
                await foreach (StreamAccessLogsMessage message in requestStream.ReadAllAsync())
                {
                    identifier ??= message.Identifier;
                    foreach (HTTPAccessLogEntry entry in message.HttpLogs.LogEntry)
                    {
                        if (!collector.Streams.Any(stream => stream.Path == entry.Request.Path && stream.HasEnded))
                            collector.EarlyLog.Enqueue(entry.Request.Path);
                        collector.Log.Enqueue((identifier, entry));
                    }

                    collector.Changed();
                }
            }
            catch (Exception exception) when (exception is IOException or RpcException or OperationCanceledException)
            {
                // A proxy that stops cuts its log stream.
            }

            return new StreamAccessLogsResponse();
        }
    }
}
