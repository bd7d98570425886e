using System.Buffers;
using System.Net.Sockets;

namespace Loop.Replayer.Agent.Calls;

/// <summary>Carries bytes between two connections as they come; an end stays an end and a reset stays a reset.</summary>
public static class SocketRelay
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Returns when both directions have ended. Closes both connections.</summary>
    public static async Task Run(Socket first, Socket second, CancellationToken cancellationToken)
    {
        using CancellationTokenSource broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bool[] ended = await Task.WhenAll(Copy(first, second, broken), Copy(second, first, broken));
        foreach (Socket socket in new[] { first, second })
        {
            // A time-out of 0 is a reset (SO_LINGER): what broke on one side must not look like an end on the other.
            if (ended.All(static isEnd => isEnd))
                socket.Dispose();
            else
                socket.Close(timeout: 0);
        }
    }

    // True when the direction came to its own end; false when it broke.
    private static async Task<bool> Copy(Socket from, Socket to, CancellationTokenSource broken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, SocketFlags.None, broken.Token);
                if (count == 0)
                    break;
                for (int sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, broken.Token);
            }

            to.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await broken.CancelAsync();
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
