using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Protocols.Envoy.Service.Accesslog.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Integration.Tests.Harness.Mesh;

/// <summary>
/// A mesh without proxies and services: chains of calls, spoken to a capture port as Envoys would (ext_proc and access logs of both sides of each call).
/// Each conversation has a trace of its own, so many can be sent at once.
/// </summary>
internal sealed class FakeMesh : IDisposable
{
    public const int FewestHops = 3;
    public const int MostHops = 6;

    private static int lastPort = 20_000;

    private readonly CancellationTokenSource _end;
    private readonly GrpcChannel _channel;
    private readonly ExternalProcessor.ExternalProcessorClient _processor;
    private readonly FakeAccessLog _log;

    public FakeMesh(IPEndPoint capture, CancellationToken cancellationToken)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _channel = GrpcChannel.ForAddress($"http://{capture}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true }, DisposeHttpClient = true });
        _processor = new ExternalProcessor.ExternalProcessorClient(_channel);
        _log = new FakeAccessLog(new AccessLogService.AccessLogServiceClient(_channel), _end.Token);
    }

    /// <summary>Sends one conversation; a capture side that is gone is told by <see cref="FakeConversation.IsTaken"/>.</summary>
    public Task<FakeConversation> Send(int hops, FakeOutcome outcome) => Send(Guid.NewGuid().ToString("n"), hops, outcome);

    /// <summary>The same with a given trace id.</summary>
    public async Task<FakeConversation> Send(string traceId, int hops, FakeOutcome outcome)
    {
        var conversation = new FakeConversation(traceId, $"/entry/{traceId[20..]}", hops, outcome);
        try
        {
            await Run(conversation);
            return conversation;
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException or OperationCanceledException)
        {
            return conversation with { IsTaken = false };
        }
    }

    /// <summary>Many at once: of every <paramref name="failEvery"/> one fails, by turns with a 500 and with a reset; 3 to 6 hops each.</summary>
    public Task<FakeConversation[]> SendMany(int count, int failEvery) => Task.WhenAll(Enumerable.Range(0, count).Select(index => Send(
        FewestHops + (index % (MostHops - FewestHops + 1)),
        index % failEvery != 0 ? FakeOutcome.Healthy : index / failEvery % 2 == 0 ? FakeOutcome.Failed : FakeOutcome.Reset)));

    public void Dispose()
    {
        _end.Cancel();
        _log.Dispose();
        _channel.Dispose();
        _end.Dispose();
    }

    private static string PathOf(FakeConversation conversation, int service) => service == 0 ? conversation.Path : $"/service{service}/{conversation.TraceId[20..]}";

    private async Task Run(FakeConversation conversation)
    {
        string requestId = Guid.NewGuid().ToString();
        var views = new List<(FakeView View, int Service)>();
        try
        {
            await SendRequests(conversation, requestId, views);
            await SendResponses(conversation, views);
            foreach ((FakeView view, int service) in Enumerable.Reverse(views))
                await _log.Write(conversation, requestId, PathOf(conversation, service), view);
        }
        finally
        {
            foreach ((FakeView view, _) in views)
                view.Dispose();
        }
    }

    // The entry has a server view alone; each further call is seen by the caller's outbound and the callee's inbound proxy.
    private async Task SendRequests(FakeConversation conversation, string requestId, List<(FakeView View, int Service)> views)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        for (int service = 0; service < conversation.Hops; service++)
        {
            foreach (string direction in service == 0 ? ["inbound"] : new[] { "outbound", "inbound" })
            {
                var view = new FakeView(_processor, direction == "inbound" ? $"service{service}" : $"service{service - 1}", direction, _end.Token);
                views.Add((view, service));
                startedAt += TimeSpan.FromMilliseconds(1);
                await view.Request(conversation, requestId, PathOf(conversation, service), $"service{service}:80", conversation.RequestBody(service), startedAt, NextPort());
            }
        }
    }

    private static async Task SendResponses(FakeConversation conversation, List<(FakeView View, int Service)> views)
    {
        int status = conversation.Outcome switch { FakeOutcome.Healthy => 200, FakeOutcome.Failed => 500, _ => 503 };
        int calleePort = 0;
        foreach ((FakeView view, int service) in Enumerable.Reverse(views))
        {
            // Client and server view meet in one connection: the port that the caller's proxy sent from.
            int port = view.Direction == "outbound" ? calleePort : NextPort();
            if (conversation.Outcome is FakeOutcome.Reset && service == conversation.Hops - 1)
                await view.Break();
            else
                await view.Respond(status, conversation.ResponseBody(service), port);
            calleePort = view.SourcePort;
        }
    }

    private static int NextPort() => 20_000 + (Interlocked.Increment(ref lastPort) % 40_000);
}
