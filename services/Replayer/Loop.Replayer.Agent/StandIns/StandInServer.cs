using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Speaks HTTP/1.1 and HTTP/2 on the connections of live services, and lets <see cref="StandInCalls"/> answer.</summary>
internal sealed class StandInServer : ICallHandler, IAsyncDisposable
{
    // RFC 9113 §3.4: how a client that knows HTTP/2 begins.
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
    private const byte TlsHandshake = 0x16;
    private readonly WebApplication _application;
    private readonly AcceptedConnections _connections;
    private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

    private StandInServer(WebApplication application, AcceptedConnections connections)
    {
        _application = application;
        _connections = connections;
    }

    /// <summary>Starts the server; it listens nowhere.</summary>
    public static async Task<StandInServer> Start(StandInCalls calls)
    {
        AcceptedConnections connections = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        // Standard output is the control channel.
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory>(connections);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A body that was recorded whole is taken whole.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            // Recorded header bytes are bytes.
            kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.Listen(AcceptedConnections.Http1, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(AcceptedConnections.Http2, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication application = builder.Build();
        application.Run(calls.Answer);
        await application.StartAsync();
        return new StandInServer(application, connections);
    }

    /// <inheritdoc/>
    public async Task Handle(OutgoingCall call, CancellationToken cancellationToken)
    {
        if (await Protocol(call.Connection, cancellationToken) is not { } version)
            return;
        ConnectionContext context = _contexts.Create(call.Connection);
        context.Features.Set(call);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenEnded = context.ConnectionClosed.Register(ended.SetResult);
        _connections.Hand(context, version);
        await ended.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _contexts.Dispose();
    }

    // Looks at the first bytes without taking them. Null when the service hung up before it said anything.
    private static async Task<IPEndPoint?> Protocol(Socket connection, CancellationToken cancellationToken)
    {
        byte[] first = new byte[3];
        for (int seen = 0; seen < first.Length;)
        {
            int now = await connection.ReceiveAsync(first, SocketFlags.Peek, cancellationToken);
            if (now == 0)
                return null;
            if (first[0] == TlsHandshake)
                throw new NotSupportedException("the service speaks TLS, which never crossed an HTTP filter when it was recorded");
            // Peek does not wait for more than there is.
            if (now == seen)
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
            seen = now;
        }

        return first.AsSpan().SequenceEqual(Preface.AsSpan(0, first.Length)) ? AcceptedConnections.Http2 : AcceptedConnections.Http1;
    }
}
