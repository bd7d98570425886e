using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Loop.LoadLab.Wire;

/// <summary>
/// One HTTP/2 connection that sends a template's calls as fast as the server takes them. By hand, since HttpClient spends more on a short call than
/// the servers under test: it would measure itself.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private const int FlushBytes = 64 * 1024;
    private const int RoomBytes = 20 * 1024;
    private const int WindowBytes = int.MaxValue - 65_535;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _sending = new();
    private readonly CallTemplate _template;
    private readonly FlowState _flow;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Thread _reader;
    private int _filled;
    private int _stream = -1;
    private long _trace;

    public LoadConnection(int port, CallTemplate template, int maximumOpen, int number)
    {
        _template = template;
        _flow = new FlowState(maximumOpen);
        _trace = ((long)(number + 1) << 48) | 1;
        _socket.Connect(IPAddress.Loopback, port);
        byte[] window = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(window, WindowBytes);
        Send([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Http2Frame.Make(Http2Frame.Settings, 0, 0, []), .. Http2Frame.Make(Http2Frame.WindowUpdate, 0, 0, window)]);
        _reader = new Thread(Read) { IsBackground = true, Name = "load reader" };
        _reader.Start();
        _flow.WaitUntilReady();
    }

    /// <summary>Exchanges whose calls the server ended.</summary>
    public long Completed => _flow.Ended * _template.ExchangesPerCall;

    /// <summary>Calls that the server reset.</summary>
    public long Failed => _flow.Reset;

    /// <summary>Sends until told to stop, then waits for the calls that are open. Runs on the caller's thread.</summary>
    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            SendCall();
        Flush();
        _flow.WaitForAll();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reader.Join();
    }

    private void SendCall()
    {
        _stream += 2;
        if (!_flow.CanBegin)
            Flush();
        _flow.Begin(_stream);
        int start = _filled;
        _template.Headers.CopyTo(_buffer, _filled);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(start + Http2Frame.StreamOffset), _stream);
        _filled += _template.Headers.Length;
        for (int exchange = 0; exchange < _template.ExchangesPerCall; exchange++)
        {
            _trace++;
            for (int frame = 0; frame < _template.FrameCount; frame++)
                SendFrame(frame, exchange + 1 == _template.ExchangesPerCall && frame + 1 == _template.FrameCount);
        }
    }

    private void SendFrame(int frame, bool endsStream)
    {
        int bytes = _template.PayloadOf(frame);
        while (!_flow.TryTake(bytes))
        {
            Flush();
            _flow.WaitForWindow(bytes);
        }

        _filled += _template.Write(frame, _stream, _trace, endsStream, _buffer.AsSpan(_filled));
        if (_filled > FlushBytes || BufferBytes - _filled < RoomBytes)
            Flush();
    }

    private void Flush()
    {
        Send(_buffer.AsSpan(0, _filled));
        _filled = 0;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_sending)
        {
            while (!bytes.IsEmpty)
                bytes = bytes[_socket.Send(bytes)..];
        }
    }

    private void Read()
    {
        byte[] buffer = new byte[BufferBytes];
        int filled = 0;
        try
        {
            while (true)
            {
                int received = _socket.Receive(buffer.AsSpan(filled));
                if (received == 0)
                    throw new IOException("the server closed the connection");
                filled += received;
                int used = ReadFrames(buffer.AsSpan(0, filled));
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or ObjectDisposedException)
        {
            _flow.OnFailed(failure);
        }
    }

    private int ReadFrames(ReadOnlySpan<byte> bytes)
    {
        int used = 0;
        while (bytes.Length - used >= Http2Frame.HeaderBytes)
        {
            ReadOnlySpan<byte> header = bytes[used..];
            int length = Http2Frame.Length(header);
            if (header.Length - Http2Frame.HeaderBytes < length)
                break;
            OnFrame(header[3], header[Http2Frame.FlagsOffset], Http2Frame.Stream(header), header.Slice(Http2Frame.HeaderBytes, length));
            used += Http2Frame.HeaderBytes + length;
        }

        return used;
    }

    private void OnFrame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case Http2Frame.Data or Http2Frame.Headers when (flags & Http2Frame.EndStream) != 0:
                _flow.OnEnded(stream, isReset: false);
                break;
            case Http2Frame.ResetStream:
                _flow.OnEnded(stream, isReset: true);
                break;
            case Http2Frame.WindowUpdate:
                _flow.OnWindow(stream, BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case Http2Frame.Settings when (flags & Http2Frame.Acknowledged) == 0:
                Send(Http2Frame.Make(Http2Frame.Settings, Http2Frame.Acknowledged, 0, []));
                _flow.OnSettings(InitialWindow(payload));
                break;
            case Http2Frame.Ping when (flags & Http2Frame.Acknowledged) == 0:
                Send(Http2Frame.Make(Http2Frame.Ping, Http2Frame.Acknowledged, 0, payload));
                break;
            case Http2Frame.GoAway:
                throw new IOException($"the server said GOAWAY, error {BinaryPrimitives.ReadInt32BigEndian(payload[4..])}");
        }
    }

    private static long? InitialWindow(ReadOnlySpan<byte> settings)
    {
        const ushort InitialWindowSize = 4;
        for (; settings.Length >= 6; settings = settings[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(settings) == InitialWindowSize)
                return BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
        }

        return null;
    }
}
