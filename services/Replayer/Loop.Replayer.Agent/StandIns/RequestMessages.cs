using System.Security.Cryptography;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Streams;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>The gRPC messages of a request, read one after the other as its caller sends them. Used by one task.</summary>
internal sealed class RequestMessages(ICallExchange exchange) : IDisposable
{
    private const int ReadBytes = 64 * 1024;
    private readonly MemoryStream _kept = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Bytes read so far.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>True for a request whose messages may be followed by others, each when its caller likes.</summary>
    public static bool AreIn(ICallExchange exchange) =>
        exchange.IsHttp2 && GrpcFrames.AreIn(exchange.Headers.FirstOrDefault(static field => field.Name == "content-type").Value?.Split(';')[0].Trim().ToLowerInvariant());

    /// <summary>The next message with what is in front of it; empty at the end. The bytes behind the last whole message are one, too.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> Next(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (GrpcFrames.LengthOf(_buffer.AsSpan(_start, _end - _start)) is { } length && length <= _end - _start)
                return Take((int)length);
            MakeRoom();
            int count = await exchange.Read(_buffer.AsMemory(_end), cancellationToken);
            if (count == 0)
                return Take(_end - _start);
            Count(_buffer.AsSpan(_end, count));
            _end += count;
        }
    }

    /// <summary>What is told of the request: its beginning, with the size and, when there is no more of it, the hash of all.</summary>
    public Message Kept(HttpMessagePart part)
    {
        byte[] kept = _kept.ToArray();
        string? hash = SizeBytes == 0 ? null : Convert.ToHexStringLower(kept.Length == SizeBytes ? _hash.GetCurrentHash() : SHA256.HashData(kept));
        BodyInfo body = new() { SizeBytes = SizeBytes, KeptBytes = kept.Length, Truncated = kept.Length < SizeBytes, Sha256 = hash };
        return new Message(part with { Body = body, Trailers = exchange.Trailers }, kept);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.Dispose();
        _hash.Dispose();
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        byte[] frame = _buffer.AsSpan(_start, length).ToArray();
        _start += length;
        return frame;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_buffer.Length - _end < ReadBytes)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _end + ReadBytes));
    }

    private void Count(ReadOnlySpan<byte> bytes)
    {
        SizeBytes += bytes.Length;
        _hash.AppendData(bytes);
        int room = ReceivedRequest.KeptBodyBytes - (int)_kept.Length;
        _kept.Write(bytes[..Math.Min(room, bytes.Length)]);
    }
}
