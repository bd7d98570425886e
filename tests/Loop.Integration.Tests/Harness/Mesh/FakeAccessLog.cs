using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.Accesslog.V3;

namespace Loop.Integration.Tests.Harness.Mesh;

/// <summary>The access logs of all proxies: one long stream for each, as Envoy holds them.</summary>
internal sealed class FakeAccessLog(AccessLogService.AccessLogServiceClient client, CancellationToken cancellationToken) : IDisposable
{
    private readonly ConcurrentDictionary<string, Stream> _streams = new();

    public async Task Write(FakeConversation conversation, string requestId, string path, FakeView view)
    {
        string name = $"loop-{view.Service}-{view.Direction}";
        Stream stream = _streams.GetOrAdd(name, _ => new Stream(client.StreamAccessLogs(Named(view), cancellationToken: cancellationToken)));
        await stream.Gate.WaitAsync(cancellationToken);
        try
        {
            var message = new StreamAccessLogsMessage { HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries() };
            message.HttpLogs.LogEntry.Add(Entry(conversation, requestId, path, view));
            if (!stream.IsNamed)
                message.Identifier = new StreamAccessLogsMessage.Types.Identifier { LogName = name, Node = new Node { Id = $"{view.Service}-1", Cluster = view.Service } };
            stream.IsNamed = true;
            await stream.Call.RequestStream.WriteAsync(message, cancellationToken);
        }
        finally
        {
            stream.Gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (Stream stream in _streams.Values)
            stream.Call.Dispose();
    }

    private static Grpc.Core.Metadata Named(FakeView view) => new() { { "x-loop-service", view.Service }, { "x-loop-direction", view.Direction }, { "x-loop-instance", $"{view.Service}-1" } };

    private static HTTPAccessLogEntry Entry(FakeConversation conversation, string requestId, string path, FakeView view)
    {
        var entry = new HTTPAccessLogEntry
        {
            CommonProperties = new AccessLogCommon
            {
                StartTime = Timestamp.FromDateTimeOffset(view.StartedAt),
                Duration = TimeSpan.FromMilliseconds(20).ToDuration(),
                DownstreamRemoteAddress = new Address { SocketAddress = new SocketAddress { Address = "127.0.0.1", PortValue = (uint)view.SourcePort } },
                ResponseFlags = view.Status is null ? new ResponseFlags { UpstreamRemoteReset = true } : null,
                StreamId = requestId,
                UpstreamRequestAttemptCount = 1,
                AccessLogType = 6,
            },
            Request = new HTTPRequestProperties { RequestMethod = 3, Scheme = "http", Path = path, RequestId = requestId },
            Response = new HTTPResponseProperties { ResponseCode = (uint)(view.Status ?? 503), ResponseCodeDetails = view.Status is null ? "upstream_reset_before_response_started" : "via_upstream" },
        };
        entry.Request.RequestHeaders["traceparent"] = $"00-{conversation.TraceId}-b7ad6b7169203331-01";
        return entry;
    }

    private sealed class Stream(AsyncClientStreamingCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call)
    {
        public AsyncClientStreamingCall<StreamAccessLogsMessage, StreamAccessLogsResponse> Call { get; } = call;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public bool IsNamed { get; set; }
    }
}
