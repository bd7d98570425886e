using System.Buffers;

namespace Loop.Capture.Core.Decoding;

/// <summary>
/// A sequence as one span. Header maps nearly always lie in one segment; the few that do not are copied into a rented buffer,
/// which is cheaper than a reader that checks segment borders at every byte.
/// </summary>
internal readonly ref struct ContiguousBytes : IDisposable
{
    private readonly byte[]? _rented;

    public ContiguousBytes(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            Span = bytes.FirstSpan;
            return;
        }

        int length = checked((int)bytes.Length);
        _rented = ArrayPool<byte>.Shared.Rent(length);
        bytes.CopyTo(_rented);
        Span = _rented.AsSpan(0, length);
    }

    /// <summary>The bytes, until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span { get; }

    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}
