using System.Text;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns.Http1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Loop.Replayer.Agent.StandIns.Http2;

/// <summary>Serves HTTP/2 with prior knowledge on the connections of live services, by Kestrel, which starts with the first of them. It listens nowhere.</summary>
/// <param name="answer">Answers one request.</param>
/// <param name="time">For when answers ended.</param>
internal sealed class Http2Server(Func<ICallExchange, Task> answer, TimeProvider time) : IAsyncDisposable
{
    // What passed a proxy when it was recorded must not fail here: Envoy takes heads of up to 8 MiB, when it is told to.
    private const int HeadLimitBytes = 8 * 1024 * 1024;
    private const int HeaderCountLimit = 10_000;
    private readonly AcceptedConnections _connections = new();
    private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private readonly Lock _lock = new();
    private Task<WebApplication>? _application;

    /// <summary>Starts Kestrel, for a first request that shall not wait for it.</summary>
    public Task Start()
    {
        lock (_lock)
            return _application ??= StartKestrel();
    }

    /// <summary>Serves until either side ends the connection.</summary>
    public async Task Serve(OutgoingCall call, CancellationToken cancellationToken)
    {
        await Start();
        ConnectionContext context = _contexts.Create(call.Connection);
        context.Features.Set(call);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenEnded = context.ConnectionClosed.Register(ended.SetResult);
        _connections.Hand(context);
        await ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Serves what is said on a connection, and ends it.</summary>
    public async Task Serve(OutgoingCall call, CallerConnection connection, CancellationToken cancellationToken)
    {
        await Start();
        InnerConnection context = new(call.Caller, connection);
        context.Features.Set(call);
        _connections.Hand(context);
        await context.Ended.WaitAsync(cancellationToken);
        await connection.Finish();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
            await (await application).DisposeAsync();
        _contexts.Dispose();
    }

    private async Task<WebApplication> StartKestrel()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        // Standard output is the control channel.
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory>(_connections);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Clients name the scheme that they believe in: https to a proxy that ends TLS for them, or in TLS that was ended here.
            kestrel.AllowAlternateSchemes = true;
            // A body that was recorded whole is taken whole.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = HeadLimitBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeadLimitBytes;
            kestrel.Limits.MaxRequestHeaderCount = HeaderCountLimit;
            kestrel.Limits.MaxRequestBufferSize = HeadLimitBytes * 2;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = HeadLimitBytes;
            // Recorded header bytes are bytes.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.Listen(AcceptedConnections.Name, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication application = builder.Build();
        application.Run(async context =>
        {
            Http2Exchange exchange = new(context, time);
            await answer(exchange);
            if (exchange.IsBrokenOff)
                throw new BrokeOffException();
        });
        await application.StartAsync();
        return application;
    }

    // Kestrel's cue to reset a stream behind what was written.
    private sealed class BrokeOffException() : Exception("The answer broke off.");
}
