using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Runs;
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
    private const string DriveCommand = "drive ";
    private const int HeadLimitBytes = 8 * 1024 * 1024;
    private const int HeaderCountLimit = 10_000;
    private readonly WebApplication _application;
    private readonly AcceptedConnections _connections;
    private readonly StandInCalls _calls;
    private readonly ISandboxNetwork _network;
    private readonly Action<RunFact> _tell;
    private readonly TimeProvider _time;
    private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

    private StandInServer(WebApplication application, AcceptedConnections connections, StandInCalls calls, ISandboxNetwork network, Action<RunFact> tell, TimeProvider time)
    {
        _application = application;
        _connections = connections;
        _calls = calls;
        _network = network;
        _tell = tell;
        _time = time;
    }

    /// <inheritdoc/>
    public bool TakesLiveCalls => true;

    /// <summary>Starts the server; it listens nowhere.</summary>
    public static async Task<StandInServer> Start(StandInCalls calls, ISandboxNetwork network, Action<RunFact> tell, TimeProvider time)
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
            // What passed a proxy when it was recorded must not fail here: Envoy takes heads of up to 8 MiB, when it is told to.
            kestrel.Limits.MaxRequestLineSize = HeadLimitBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeadLimitBytes;
            kestrel.Limits.MaxRequestHeaderCount = HeaderCountLimit;
            kestrel.Limits.MaxRequestBufferSize = HeadLimitBytes * 2;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = HeadLimitBytes;
            // Recorded header bytes are bytes.
            kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.Listen(AcceptedConnections.Http1, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(AcceptedConnections.Http2, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication application = builder.Build();
        application.Run(calls.Answer);
        await application.StartAsync();
        return new StandInServer(application, connections, calls, network, tell, time);
    }

    /// <inheritdoc/>
    public async Task Handle(OutgoingCall call, CancellationToken cancellationToken)
    {
        string? protocol = await Protocol(call, cancellationToken);
        if (protocol is FirstBytes.Http1 or FirstBytes.Http2)
            await Serve(call, protocol is FirstBytes.Http2 ? AcceptedConnections.Http2 : AcceptedConnections.Http1, cancellationToken);
        else if (call.Callee is { } callee)
            await Carry(call, callee, cancellationToken);
        else if (protocol is not null)
            Refuse(call, protocol);
    }

    /// <inheritdoc/>
    public Task Command(string command, CancellationToken cancellationToken)
    {
        if (!command.StartsWith(DriveCommand, StringComparison.Ordinal))
            throw new ArgumentException($"'{command}' is no command of the stand-ins.", nameof(command));
        // Commands come one after the other; a drive takes as long as its service does.
        _ = Drive(command[DriveCommand.Length..], cancellationToken);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _contexts.Dispose();
    }

    private async Task<string?> Protocol(OutgoingCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await FirstBytes.Read(call.Connection, call.Destination.Port, _time, cancellationToken);
        }
        catch (SocketException)
        {
            // The service reset it before it said anything.
            return null;
        }
    }

    private async Task Drive(string hopId, CancellationToken cancellationToken)
    {
        try
        {
            await _calls.Drive(hopId, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The sandbox ends.
        }
        catch (Exception error)
        {
            _tell(new DriveAnswered(hopId, new Answer { Outcome = AnswerOutcome.NotSent, Detail = $"{error.GetType().Name}: {error.Message}" }, _time.GetUtcNow()));
        }
    }

    private async Task Serve(OutgoingCall call, EndPoint version, CancellationToken cancellationToken)
    {
        ConnectionContext context = _contexts.Create(call.Connection);
        context.Features.Set(call);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenEnded = context.ConnectionClosed.Register(ended.SetResult);
        _connections.Hand(context, version);
        await ended.Task.WaitAsync(cancellationToken);
    }

    private async Task Carry(OutgoingCall call, LiveCallee callee, CancellationToken cancellationToken)
    {
        try
        {
            using Socket other = await _network.Connect(callee.Service, callee.Port, cancellationToken);
            await SocketRelay.Run(call.Connection, other, cancellationToken);
        }
        catch (SocketException)
        {
            // The callee does not listen: the nearest to a refused connection that an accepted one can get.
            call.Connection.Close(timeout: 0);
        }
    }

    private void Refuse(OutgoingCall call, string protocol)
    {
        string target = call.Host is null ? call.Destination.ToString() : $"{call.Host}:{call.Destination.Port}";
        _tell(new ConnectionRefused(call.Caller, target, protocol, _calls.IsBackground(call.Caller), _time.GetUtcNow()));
        call.Connection.Close(timeout: 0);
    }
}
