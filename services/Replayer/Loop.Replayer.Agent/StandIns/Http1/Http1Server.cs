using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Agent.StandIns.Http1;

/// <summary>
/// Serves HTTP/1.1 on the connections of live services: one request after the other, also those that a client sends ahead (RFC 9112 §9.3.2). A server of a
/// library would set, spell and order header fields its own way; here an answer is what was recorded.
/// </summary>
/// <param name="answer">Answers one request.</param>
/// <param name="refused">Told why a request could not be read.</param>
/// <param name="time">For waits.</param>
internal sealed class Http1Server(Func<ICallExchange, Task> answer, Action<OutgoingCall, string> refused, TimeProvider time)
{
    private const int DrainBytes = 4096;

    /// <summary>Serves until either side ends the connection.</summary>
    public async Task Serve(OutgoingCall call, CancellationToken cancellationToken)
    {
        // Whoever accepts connections must not wait for what is done with one.
        await Task.Yield();
        await using CallerConnection connection = new(call.Connection, time);
        await using CancellationTokenRegistration ending = cancellationToken.Register(connection.Reset);
        await Serve(call, connection, cancellationToken);
    }

    /// <summary>Serves what is said on a connection, and ends it.</summary>
    public async Task Serve(OutgoingCall call, CallerConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            while (await HeadReader.Request(connection.Input, cancellationToken) is { } head)
            {
                Http1Exchange exchange = new(connection, call, head);
                await answer(exchange);
                if (!exchange.KeepsConnection)
                    break;
            }
        }
        catch (NotHttpException error)
        {
            refused(call, $"HTTP/1.1 that cannot be served: {error.Message}");
            await Say(connection, error, cancellationToken);
        }
        catch (Exception error) when (IsHangUp(error, connection) && !cancellationToken.IsCancellationRequested)
        {
            // The caller has gone: there is nobody to tell.
            return;
        }

        await connection.End(cancellationToken);
    }

    private static bool IsHangUp(Exception error, CallerConnection connection) => error switch
    {
        IOException or SocketException => true,
        OperationCanceledException or ObjectDisposedException => connection.IsReset || connection.Closed.IsCancellationRequested,
        _ => false,
    };

    private static async Task Say(CallerConnection connection, NotHttpException error, CancellationToken cancellationToken)
    {
        byte[] words = Encoding.UTF8.GetBytes($"Loop cannot serve this: {error.Message}.\n");
        HeaderField[] fields =
        [
            new(RecordedAnswer.MissHeader, "1"), new("content-type", "text/plain"), new("content-length", $"{words.Length}"), new("connection", "close"),
        ];
        try
        {
            MessageWriter.Answer(connection.Output, error.Status, fields);
            await connection.Output.WriteAsync(words, cancellationToken);
        }
        catch (IOException)
        {
            // It did not wait for words.
        }
    }
}
