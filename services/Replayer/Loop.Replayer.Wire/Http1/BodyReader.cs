using System.Buffers;
using System.IO.Pipelines;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Reads one body from a connection as it comes, and not a byte beyond it. One reader at a time.</summary>
/// <param name="input">The connection, right behind the head.</param>
/// <param name="framing">Where the body ends.</param>
public sealed class BodyReader(PipeReader input, BodyFraming framing)
{
    private readonly ChunkDecoder? _chunks = framing.End is BodyEnd.Chunked ? new ChunkDecoder() : null;
    private long _left = framing.End is BodyEnd.Length ? framing.LengthBytes : long.MaxValue;

    /// <summary>True when nothing more comes.</summary>
    public bool IsEnded { get; private set; } = framing.End is BodyEnd.None;

    /// <summary>Fields behind the body; empty until <see cref="IsEnded"/>.</summary>
    public IReadOnlyList<HeaderField> Trailers => _chunks?.Trailers ?? [];

    /// <summary>What comes next, at least one byte; 0 at the end.</summary>
    /// <exception cref="NotHttpException">What came is no body.</exception>
    /// <exception cref="EndOfStreamException">The connection ended before the body did.</exception>
    public async ValueTask<int> Read(Memory<byte> into, CancellationToken cancellationToken)
    {
        while (!IsEnded)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> bytes = result.Buffer;
            int count = Take(ref bytes, into.Span);
            // What a decoder left is not enough for it: only more bytes help.
            input.AdvanceTo(bytes.Start, count > 0 || IsEnded ? bytes.Start : result.Buffer.End);
            if (count > 0)
                return count;
            if (result.IsCompleted && !IsEnded)
                IsEnded = framing.End is BodyEnd.Connection ? true : throw new EndOfStreamException("The connection ended before the body did.");
        }

        return 0;
    }

    private int Take(ref ReadOnlySequence<byte> bytes, Span<byte> into)
    {
        if (_chunks is not null)
        {
            int decoded = _chunks.Decode(ref bytes, into);
            IsEnded = _chunks.IsEnded;
            return decoded;
        }

        int count = (int)Math.Min(Math.Min(_left, bytes.Length), into.Length);
        bytes.Slice(0, count).CopyTo(into);
        bytes = bytes.Slice(count);
        _left -= count;
        IsEnded = _left == 0;
        return count;
    }
}
