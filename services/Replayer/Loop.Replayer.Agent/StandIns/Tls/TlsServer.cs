using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns.Http1;
using Loop.Replayer.Agent.StandIns.Http2;
using Loop.Replayer.Core.Tls;

namespace Loop.Replayer.Agent.StandIns.Tls;

/// <summary>Ends TLS that live services open to hosts that there are answers of; what is said in it goes on as on any connection.</summary>
/// <param name="part">The replay's authority, and the hosts.</param>
/// <param name="http1">Serves HTTP/1.1.</param>
/// <param name="http2">Serves HTTP/2.</param>
/// <param name="refused">Told why nothing is served on a connection to a host.</param>
/// <param name="time">For waits.</param>
internal sealed class TlsServer(TlsPart part, Http1Server http1, Http2Server http2, Action<OutgoingCall, string, string> refused, TimeProvider time) : IDisposable
{
    // What the service does now it may have done in no recording, so it must not pass unseen. Some clients verify before the handshake ends, others behind it.
    private const string Useless = "TLS in which nothing was said, as where a service does not trust the replay's authority";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HostCertificates _certificates = new(part);

    /// <summary>True when TLS to this host is ended.</summary>
    public bool Covers(string host) => part.Covers(host);

    /// <summary>Serves until either side ends the connection.</summary>
    /// <param name="call">The connection; none of its bytes is taken yet.</param>
    /// <param name="host">Whom the service opened it to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task Serve(OutgoingCall call, string host, CancellationToken cancellationToken)
    {
        SslStream tls = new(new NetworkStream(call.Connection, ownsSocket: false));
        if (!await Open(tls, host, cancellationToken))
        {
            await tls.DisposeAsync();
            Refuse(call, Useless, host);
            return;
        }

        await using CallerConnection connection = new(call.Connection, tls, time);
        await using CancellationTokenRegistration ending = cancellationToken.Register(connection.Reset);
        OutgoingCall inner = call with { IsSecure = true };
        string? protocol = await Protocol(connection.Input, cancellationToken);
        if (protocol is FirstBytes.Http1)
            await http1.Serve(inner, connection, cancellationToken);
        else if (protocol is FirstBytes.Http2)
            await http2.Serve(inner, connection, cancellationToken);
        else
            Refuse(call, protocol is null ? Useless : $"{protocol} in TLS", host);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificates.Dispose();

    private async Task<bool> Open(SslStream tls, string host, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = _certificates.Of(host),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        try
        {
            await tls.AuthenticateAsServerAsync(options, either.Token);
            return true;
        }
        catch (Exception error) when (error is AuthenticationException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    // As FirstBytes.Read does it, where no bytes can be looked at in the socket. ALPN alone does not tell: clients that know HTTP/2 beforehand may offer none.
    private static async Task<string?> Protocol(PipeReader input, CancellationToken cancellationToken)
    {
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        byte[] first = [];
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(silence.Token);
                first = read.Buffer.Slice(0, Math.Min(FirstBytes.Wanted, read.Buffer.Length)).ToArray();
                string? name = first.Length == 0 ? null : FirstBytes.Name(first, read.IsCompleted || first.Length == FirstBytes.Wanted);
                input.AdvanceTo(read.Buffer.Start, name is null ? read.Buffer.End : read.Buffer.Start);
                if (name is not null || read.IsCompleted)
                    return name;
                silence.CancelAfter(FirstBytes.Silence);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return FirstBytes.Name(first, isAll: true);
        }
    }

    private void Refuse(OutgoingCall call, string protocol, string host)
    {
        refused(call, protocol, host);
        call.Connection.Close(timeout: 0);
    }
}
