using Microsoft.AspNetCore.Http.Features;

namespace Loop.Cli.Proxy;

/// <summary>Shows what is read and written to observers, chunk by chunk, and holds nothing back. A read of nothing is shown too: it is the end.</summary>
internal sealed class TeeStream(Stream inner, Action<ReadOnlyMemory<byte>>? read, Action<ReadOnlyMemory<byte>>? written) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = await inner.ReadAsync(buffer, cancellationToken);
        // An empty buffer only waits for data; nothing read into it says nothing about the end.
        if (buffer.Length > 0)
            read?.Invoke(buffer[..length]);
        return length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        if (buffer.Length > 0)
            written?.Invoke(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reads are observed.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous writes are observed.");

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>After a WebSocket's upgrade the connection itself carries the bytes: they are observed there.</summary>
internal sealed class TeeUpgradeFeature(IHttpUpgradeFeature inner, Action<ReadOnlyMemory<byte>> read, Action<ReadOnlyMemory<byte>> written) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => new TeeStream(await inner.UpgradeAsync(), read, written);
}
