using Grpc.Core;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Integration.Tests.Harness.Mesh;

/// <summary>One exchange as one proxy sees it: an ext_proc stream.</summary>
internal sealed class FakeView : IDisposable
{
    private readonly AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> _call;
    private readonly CancellationToken _cancellation;

    public FakeView(ExternalProcessor.ExternalProcessorClient processor, string service, string direction, CancellationToken cancellationToken)
    {
        Service = service;
        Direction = direction;
        _cancellation = cancellationToken;
        var metadata = new Metadata { { "x-loop-service", service }, { "x-loop-direction", direction }, { "x-loop-instance", $"{service}-1" } };
        _call = processor.Process(metadata, cancellationToken: cancellationToken);
    }

    public string Service { get; }

    public string Direction { get; }

    public DateTimeOffset StartedAt { get; private set; }

    public int SourcePort { get; private set; }

    public int? Status { get; private set; }

    public async Task Request(FakeConversation conversation, string requestId, string path, string authority, byte[] body, DateTimeOffset startedAt, int sourcePort)
    {
        StartedAt = startedAt;
        SourcePort = sourcePort;
        await _call.RequestStream.WriteAsync(FakeMessages.RequestHeaders(path, authority, conversation.TraceId, requestId, startedAt, sourcePort), _cancellation);
        await _call.RequestStream.WriteAsync(FakeMessages.RequestBody(body), _cancellation);
    }

    /// <summary>The whole response; returns when the capture side has ended the stream well.</summary>
    public async Task Respond(int status, byte[] body, int upstreamLocalPort)
    {
        Status = status;
        await _call.RequestStream.WriteAsync(FakeMessages.ResponseHeaders(status, upstreamLocalPort), _cancellation);
        try
        {
            await _call.RequestStream.WriteAsync(FakeMessages.ResponseBody(body), _cancellation);
        }
        catch (Exception exception) when (exception is InvalidOperationException or RpcException { StatusCode: StatusCode.OK })
        {
            // The other end saw the end of the response before the write was done here.
        }

        await End();
    }

    /// <summary>Ends without a response, as Envoy does when the upstream resets.</summary>
    public async Task Break()
    {
        await _call.RequestStream.CompleteAsync();
        await End();
    }

    public void Dispose() => _call.Dispose();

    private async Task End()
    {
        while (await _call.ResponseStream.MoveNext(_cancellation))
        {
            // Nothing is expected in observability mode.
        }
    }
}
