using System.Net;
using System.Net.Sockets;

namespace Loop.Cli.Proxy;

/// <summary>A connection's bytes, telling each request that writes to it which connection it is.</summary>
internal sealed class TrackedStream : Stream
{
    private readonly NetworkStream _inner;
    private readonly Func<UpstreamAddresses?>? _writer;
    private readonly Action<TrackedStream> _closed;

    public TrackedStream(Socket socket, string authority, Func<UpstreamAddresses?>? writer, Action<TrackedStream> closed)
    {
        _inner = new NetworkStream(socket, ownsSocket: true);
        _writer = writer;
        _closed = closed;
        Authority = authority;
        Local = Plain((IPEndPoint)socket.LocalEndPoint!);
        Remote = Plain((IPEndPoint)socket.RemoteEndPoint!);
    }

    public string Authority { get; }

    public IPEndPoint Local { get; }

    public IPEndPoint Remote { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_writer?.Invoke() is { } addresses)
        {
            addresses.Local = Local;
            addresses.Remote = Remote;
        }

        return _inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    public override void Flush() => _inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>An IPv4 address that a dual-mode socket reports as IPv6, as everybody else writes it.</summary>
    public static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closed(this);
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
