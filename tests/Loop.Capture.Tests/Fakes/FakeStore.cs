using System.Net;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Loop.Hosting.Access;
using Loop.Protocols.Capture.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Tests.Fakes;

/// <summary>The store's end of the node link, played by the test.</summary>
internal sealed class FakeStore : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Channel<FakeStoreSession> _sessions;
    private readonly List<FakeStoreSession> _accepted = [];

    private FakeStore(WebApplication application, Channel<FakeStoreSession> sessions) => (_application, _sessions) = (application, sessions);

    /// <summary>The redaction key of each Welcome.</summary>
    public byte[] Key { get; set; } = [.. Enumerable.Range(0, 32).Select(index => (byte)index)];

    public string Url => _application.Urls.First();

    /// <summary>Starts it, guarded by a token when one is given.</summary>
    public static async Task<FakeStore> Start(string? token = null)
    {
        var sessions = Channel.CreateUnbounded<FakeStoreSession>();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(sessions);
        builder.Services.AddGrpc();
        builder.Services.Configure<LinkAccessOptions>(access => access.Token = token);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        WebApplication application = builder.Build();
        application.UseMiddleware<LinkGuard>();
        application.MapGrpcService<NodeLinkService>();
        await application.StartAsync();
        return new FakeStore(application, sessions);
    }

    /// <summary>The next node that dialled, greeted.</summary>
    public async Task<FakeStoreSession> Accept()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        FakeStoreSession session = await _sessions.Reader.ReadAsync(limit.Token);
        _accepted.Add(session);
        session.Hello = (await session.Next()).Hello;
        await session.Send(new StoreMessage { Welcome = new Welcome { RedactionKey = ByteString.CopyFrom(Key), RedactionKeyId = "k1" } });
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        _accepted.ForEach(session => session.Break());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private sealed class NodeLinkService(Channel<FakeStoreSession> sessions) : NodeLink.NodeLinkBase
    {
        public override async Task Attach(IAsyncStreamReader<NodeMessage> requestStream, IServerStreamWriter<StoreMessage> responseStream, ServerCallContext context)
        {
            var session = new FakeStoreSession(requestStream, responseStream);
            await sessions.Writer.WriteAsync(session);
            await session.Ended;
        }
    }
}

internal sealed class FakeStoreSession(IAsyncStreamReader<NodeMessage> node, IServerStreamWriter<StoreMessage> store)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ended => _ended.Task;

    public Hello Hello { get; set; } = null!;

    public Task Send(StoreMessage message) => store.WriteAsync(message);

    /// <summary>The next message of the node, whatever it is.</summary>
    public async Task<NodeMessage> Next()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await node.MoveNext(limit.Token) ? node.Current : throw new InvalidOperationException("The node ended the link.");
    }

    /// <summary>The next message that is no status.</summary>
    public async Task<NodeMessage> NextWord()
    {
        NodeMessage message = await Next();
        while (message.MessageCase is NodeMessage.MessageOneofCase.Status)
            message = await Next();
        return message;
    }

    public void Break() => _ended.TrySetException(new RpcException(new Status(StatusCode.Unavailable, "broken by the test")));
}
