using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Destinations;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Sending;

/// <summary>Connects to the checked addresses of a destination, and to nothing else.</summary>
internal sealed class CheckedConnector(Destination destination, bool usesHttp2) : WireConnector
{
    /// <inheritdoc/>
    public override string Name => destination.Name;

    /// <inheritdoc/>
    public override bool IsSecure => destination.IsSecure;

    /// <inheritdoc/>
    protected override async ValueTask<Stream> Open(CancellationToken cancellationToken)
    {
        NetworkStream stream = new(await Dial(cancellationToken), ownsSocket: true);
        return destination.IsSecure ? await Secure(stream, cancellationToken) : stream;
    }

    private async Task<Socket> Dial(CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (IPAddress address in destination.Addresses)
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, destination.Port), cancellationToken);
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                last = error;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        AnswerOutcome outcome = last!.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => AnswerOutcome.ConnectRefused,
            SocketError.TimedOut => AnswerOutcome.ConnectTimedOut,
            _ => AnswerOutcome.ConnectUnreachable,
        };
        Failure = (outcome, $"{destination.Name}: {last.Message}");
        throw last;
    }

    private async Task<Stream> Secure(NetworkStream stream, CancellationToken cancellationToken)
    {
        SslStream secure = new(stream);
        try
        {
            // The recorded authority is for the request; the certificate must be of the host that was asked for.
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = destination.Host,
                    ApplicationProtocols = [usesHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
                },
                cancellationToken);
            return secure;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            Failure = (AnswerOutcome.TlsFailed, error.Message);
            await secure.DisposeAsync();
            throw;
        }
    }
}
