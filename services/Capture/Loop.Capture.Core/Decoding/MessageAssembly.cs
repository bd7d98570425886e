using System.Buffers;
using System.Security.Cryptography;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>Collects the parts of one direction.</summary>
internal sealed class MessageAssembly
{
    private readonly List<HeaderField> _headers = [];
    private readonly List<HeaderField> _trailers = [];
    private readonly List<ReadOnlySequence<byte>> _chunks = [];
    private readonly List<BodyChunk> _times = [];
    private DateTimeOffset? _headersAt;
    private long _size;
    private bool _isPresent;

    /// <summary>The kept bytes, after <see cref="Build"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    public void AddHeaders(in RecordedPart part)
    {
        _isPresent = true;
        _headersAt ??= part.At;
        HeaderMapDecoder.AddHeaders(_headers, part.Payload);
    }

    public void AddTrailers(in RecordedPart part)
    {
        _isPresent = true;
        HeaderMapDecoder.AddHeaders(_trailers, part.Payload);
    }

    public void AddBody(in RecordedPart part)
    {
        _isPresent = true;
        _chunks.Add(part.Payload);
        _times.Add(new BodyChunk(_size, part.At));
        _size += part.Payload.Length;
    }

    /// <summary>The chunks in which the body came; null when there were more than can be told apart.</summary>
    public IReadOnlyList<BodyChunk>? Chunks => _times.Count < Ring.ChunkPace.MostChunks ? _times : null;

    /// <summary>The message; null when no part of it was seen.</summary>
    public HttpMessagePart? Build(long size, bool truncated, bool exact)
    {
        if (!_isPresent)
            return null;
        byte[] body = Join();
        Body = body;
        return new HttpMessagePart
        {
            Headers = _headers,
            Trailers = _trailers,
            HeadersAt = _headersAt,
            Body = new BodyInfo
            {
                SizeBytes = Math.Max(size, body.Length),
                KeptBytes = body.Length,
                Truncated = truncated || size > body.Length,
                Exact = exact,
                Sha256 = body.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(body)),
            },
        };
    }

    private byte[] Join()
    {
        byte[] body = new byte[_chunks.Sum(chunk => chunk.Length)];
        int length = 0;
        foreach (ReadOnlySequence<byte> chunk in _chunks)
        {
            chunk.CopyTo(body.AsSpan(length));
            length += (int)chunk.Length;
        }

        return body;
    }
}
