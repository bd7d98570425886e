using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Integration.Tests.Harness;

/// <summary>A connection that speaks HTTP/2 frame by frame, as badly as a test wants.</summary>
internal sealed class RawHttp2 : IDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndHeaders = 4;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private int _lastStream = -1;

    /// <summary>Connects and sends the preface.</summary>
    public static async Task<RawHttp2> Connect(IPEndPoint server)
    {
        var connection = new RawHttp2();
        await connection._socket.ConnectAsync(server);
        await connection._socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.Frame(Settings, 0, 0, []);
        return connection;
    }

    /// <summary>Opens a gRPC stream and says nothing more on it; returns its number.</summary>
    public async Task<int> Open(string path, string contentType = "application/grpc")
    {
        _lastStream += 2;
        await Frame(Headers, EndHeaders, _lastStream, [.. Field(":method", "POST"), .. Field(":scheme", "http"), .. Field(":path", path), .. Field(":authority", "loop"), .. Field("content-type", contentType), .. Field("te", "trailers")]);
        return _lastStream;
    }

    public Task Send(int stream, byte[] bytes) => Frame(Data, 0, stream, bytes);

    /// <summary>A frame whose header claims <paramref name="claimed"/> bytes, whatever follows.</summary>
    public async Task SendLie(int stream, int claimed, byte[] bytes)
    {
        await _socket.SendAsync(Head(Data, 0, stream, claimed));
        await _socket.SendAsync(bytes);
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Head(byte type, byte flags, int stream, int length)
    {
        byte[] head = new byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, length << 8 | type);
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(5), stream);
        return head;
    }

    // A literal without indexing (RFC 7541 §6.2.2); all texts here are shorter than 127.
    private static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private async Task Frame(byte type, byte flags, int stream, byte[] bytes) => await _socket.SendAsync((byte[])[.. Head(type, flags, stream, bytes.Length), .. bytes]);
}
