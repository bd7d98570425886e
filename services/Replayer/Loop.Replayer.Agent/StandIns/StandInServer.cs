using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns.Http1;
using Loop.Replayer.Agent.StandIns.Http2;
using Loop.Replayer.Agent.StandIns.Tls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.Tls;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Speaks HTTP/1.1 and HTTP/2 on the connections of live services, and lets <see cref="StandInCalls"/> answer. It listens nowhere.</summary>
internal sealed class StandInServer : ICallHandler, IAsyncDisposable
{
    private const string DriveCommand = "drive ";
    private readonly Http1Server _http1;
    private readonly Http2Server _http2;
    private readonly StandInCalls _calls;
    private readonly TlsServer? _tls;
    private readonly ISandboxNetwork _network;
    private readonly Action<RunFact> _tell;
    private readonly TimeProvider _time;

    /// <param name="calls">Answers.</param>
    /// <param name="tls">TLS that is ended; null ends none.</param>
    /// <param name="network">The way into live services.</param>
    /// <param name="tell">Told what happens.</param>
    /// <param name="time">For waits and facts.</param>
    public StandInServer(StandInCalls calls, TlsPart? tls, ISandboxNetwork network, Action<RunFact> tell, TimeProvider time)
    {
        _http1 = new Http1Server(calls.Answer, (call, protocol) => TellRefused(call, protocol, null), time);
        _http2 = new Http2Server(calls.Answer, time);
        _tls = tls is null ? null : new TlsServer(tls, _http1, _http2, (call, protocol, name) => TellRefused(call, protocol, name), time);
        _calls = calls;
        _network = network;
        _tell = tell;
        _time = time;
    }

    /// <inheritdoc/>
    public bool TakesLiveCalls => true;

    /// <summary>Starts what the first HTTP/2 request would wait for.</summary>
    public Task StartHttp2() => _http2.Start();

    /// <inheritdoc/>
    public async Task Handle(OutgoingCall call, CancellationToken cancellationToken)
    {
        string? protocol = await Protocol(call, cancellationToken);
        // An address says less than the name that the client itself asks for.
        string? name = protocol is FirstBytes.Tls ? await Name(call, cancellationToken) : null;
        if (protocol is FirstBytes.Http1)
            await _http1.Serve(call, cancellationToken);
        else if (protocol is FirstBytes.Http2)
            await _http2.Serve(call, cancellationToken);
        else if (name is not null && _tls?.Covers(name) is true)
            await _tls.Serve(call, name, cancellationToken);
        else if (call.Callee is { } callee)
            await Carry(call, callee, cancellationToken);
        else if (protocol is not null)
            Refuse(call, protocol, name);
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
        await _http2.DisposeAsync();
        _tls?.Dispose();
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

    private async Task<string?> Name(OutgoingCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await ClientHello.ServerName(call.Connection, _time, cancellationToken) ?? call.Host ?? call.Destination.Address.ToString();
        }
        catch (SocketException)
        {
            return call.Host ?? call.Destination.Address.ToString();
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

    private void Refuse(OutgoingCall call, string protocol, string? name)
    {
        string? opaque = name is null ? null : call.Destination.Port == 443 ? name : $"{name}:{call.Destination.Port}";
        TellRefused(call, protocol, name, opaque);
        call.Connection.Close(timeout: 0);
    }

    private void TellRefused(OutgoingCall call, string protocol, string? name, string? opaque = null)
    {
        string target = (name ?? call.Host) is { } host ? $"{host}:{call.Destination.Port}" : call.Destination.ToString();
        _tell(new ConnectionRefused(call.Caller, target, protocol, _calls.IsBackground(call.Caller), _time.GetUtcNow()) { OpaqueHost = opaque });
    }
}
