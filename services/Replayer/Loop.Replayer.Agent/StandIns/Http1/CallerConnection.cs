using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Loop.Replayer.Agent.StandIns.Http1;

/// <summary>
/// The bytes of a connection that a live service opened. Received all the time, so that a caller who hangs up is noticed while its answer is made; sent
/// without a buffer of our own in between: what <see cref="Output"/> flushed has left.
/// </summary>
internal sealed class CallerConnection : IDuplexPipe, IAsyncDisposable
{
    private const int ReceiveBytes = 16 * 1024;
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;

    // struct tcp_info of linux/tcp.h: tcpi_unacked and tcpi_notsent_bytes.
    private const int UnackedOffset = 24;
    private const int NotSentOffset = 144;
    private const int TcpInfoBytes = 148;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A caller that sends on and on is paused. Handlers do not run where bytes are received: a busy connection would keep its thread, and others would wait.
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, minimumSegmentSize: ReceiveBytes, useSynchronizationContext: false));

    private readonly CancellationTokenSource _closed = new();
    private readonly Socket _socket;
    private readonly Stream _bytes;
    private readonly TimeProvider _time;
    private readonly Task _receiving;

    /// <summary>A connection whose bytes are those of its socket.</summary>
    public CallerConnection(Socket socket, TimeProvider time)
        : this(socket, new NetworkStream(socket, ownsSocket: false), time)
    {
    }

    /// <summary>A connection that is spoken in another one.</summary>
    /// <param name="socket">The outer one.</param>
    /// <param name="bytes">What is said in it, over that socket.</param>
    /// <param name="time">For waits.</param>
    public CallerConnection(Socket socket, Stream bytes, TimeProvider time)
    {
        _socket = socket;
        _bytes = bytes;
        _time = time;
        // Head and body leave in several writes; the kernel would hold the later ones back for an acknowledgement.
        socket.NoDelay = true;
        Output = PipeWriter.Create(bytes, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
        _receiving = Receive();
    }

    /// <summary>What the caller sends.</summary>
    public PipeReader Input => _input.Reader;

    /// <summary>What the caller gets.</summary>
    public PipeWriter Output { get; }

    /// <summary>Cancelled when the caller hung up, or the connection was reset.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>True after <see cref="Reset"/>.</summary>
    public bool IsReset { get; private set; }

    /// <summary>The time, for what is told of its calls.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Sends a reset; what the caller has not got yet is lost.</summary>
    public void Reset()
    {
        IsReset = true;
        _socket.Close(timeout: 0);
    }

    /// <summary>Sends what is behind all that <see cref="Output"/> got, without a copy of it.</summary>
    public async ValueTask Send(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await Output.FlushAsync(cancellationToken);
        await _bytes.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Waits until the caller's machine has everything: a reset would overtake what is still under way.</summary>
    public async Task WaitUntilTaken(CancellationToken cancellationToken)
    {
        byte[] info = new byte[TcpInfoBytes];
        long start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < Patience)
        {
            int length = _socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
            if (length < TcpInfoBytes || (Read(info, UnackedOffset) == 0 && Read(info, NotSentOffset) == 0))
                return;
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    /// <summary>Ends the connection from our side.</summary>
    public async Task Finish()
    {
        if (IsReset)
            return;
        try
        {
            // An end of TLS without its own words (close_notify) would be a torn one to clients that look.
            if (_bytes is SslStream tls)
                await tls.ShutdownAsync();
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (IsGone(error))
        {
            // The caller ended it before.
        }
    }

    /// <summary>Ends the connection from our side, and lets the caller end it from its own: a close with bytes unread would be a reset, which takes answers away.</summary>
    public async Task End(CancellationToken cancellationToken)
    {
        if (IsReset)
            return;
        using CancellationTokenSource patience = new(Patience, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await Finish();
        try
        {
            while (await Input.ReadAsync(either.Token) is { IsCompleted: false } result)
                Input.AdvanceTo(result.Buffer.End);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It had gone, or does not go.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        _socket.Dispose();
        await _receiving;
        await _bytes.DisposeAsync();
        _closed.Dispose();
    }

    private static bool IsGone(Exception error) => error is IOException or SocketException or ObjectDisposedException or AuthenticationException;

    private static uint Read(byte[] info, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(offset));

    private async Task Receive()
    {
        PipeWriter writer = _input.Writer;
        try
        {
            while (true)
            {
                int count = await _bytes.ReadAsync(writer.GetMemory(ReceiveBytes));
                if (count == 0)
                    break;
                writer.Advance(count);
                if ((await writer.FlushAsync()).IsCompleted)
                    break;
            }
        }
        catch (Exception error) when (IsGone(error))
        {
            // Reset by either side, or no valid TLS.
        }

        await writer.CompleteAsync();
        await _closed.CancelAsync();
    }
}
