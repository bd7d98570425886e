using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Destinations;

namespace Loop.Replayer.Sending;

/// <summary>
/// Opens the one connection of a send, to the checked addresses only. A second call is refused: the HTTP stack would otherwise
/// connect again and send the request twice when a connection dies early.
/// </summary>
internal sealed class CheckedConnector(Destination destination, bool usesHttp2)
{
    private int _connections;

    /// <summary>Why no connection came about; null while none failed.</summary>
    public (AnswerOutcome Outcome, string Detail)? Failure { get; private set; }

    /// <summary>True once the request can have left.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _connections) > 1)
            throw new IOException("The connection ended before an answer; a replay never sends twice.");
        NetworkStream stream = new(await Dial(cancellationToken), ownsSocket: true);
        if (!destination.IsSecure)
        {
            IsConnected = true;
            return stream;
        }

        return await Secure(stream, cancellationToken);
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
            IsConnected = true;
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
