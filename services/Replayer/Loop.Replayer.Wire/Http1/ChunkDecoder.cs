using System.Buffers;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Takes chunks apart (RFC 9112 §7.1). Pure: bytes in, bytes of the body out; where the input is cut does not matter.</summary>
public sealed class ChunkDecoder
{
    // A size and its extensions, which mean nothing to us.
    private const int SizeLineLimitBytes = 16 * 1024;
    private const int SizeDigits = 15;
    private State _state = State.Size;
    private long _left;
    private long _seen;
    private NotHttpException? _failure;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        Ended,
    }

    /// <summary>True after the last chunk and the trailers.</summary>
    public bool IsEnded => _state is State.Ended;

    /// <summary>Fields behind the body; empty until <see cref="IsEnded"/>.</summary>
    public IReadOnlyList<HeaderField> Trailers { get; private set; } = [];

    /// <summary>Decodes as far as both sides go.</summary>
    /// <param name="input">What came and was not consumed; afterwards what still was not.</param>
    /// <param name="output">Room for body bytes.</param>
    /// <returns>Bytes written. 0 means that more input is needed, unless <see cref="IsEnded"/>.</returns>
    /// <exception cref="NotHttpException">The input is not made of chunks.</exception>
    public int Decode(ref ReadOnlySequence<byte> input, Span<byte> output)
    {
        if (_failure is not null)
            throw _failure;
        int written = 0;
        try
        {
            while (Step(ref input, output, ref written))
            {
            }
        }
        catch (NotHttpException error) when (written > 0)
        {
            // What came before it was right, and is told first.
            _failure = error;
        }

        return written;
    }

    private bool Step(ref ReadOnlySequence<byte> input, Span<byte> output, ref int written) => _state switch
    {
        State.Size => ReadSize(ref input),
        State.Data => ReadData(ref input, output, ref written),
        State.DataEnd => ReadDataEnd(ref input),
        State.Trailers => ReadTrailers(ref input),
        _ => false,
    };

    private bool ReadSize(ref ReadOnlySequence<byte> input)
    {
        SequenceReader<byte> reader = new(input);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
            return input.Length > SizeLineLimitBytes ? throw new NotHttpException("a chunk size that does not end") : false;

        Span<byte> digits = stackalloc byte[SizeDigits + 1];
        ReadOnlySequence<byte> start = line.Slice(0, Math.Min(line.Length, digits.Length));
        start.CopyTo(digits);
        if (line.IsEmpty || line.Slice(line.Length - 1).FirstSpan[0] != '\r' || line.Length > SizeLineLimitBytes)
            throw new NotHttpException("a chunk size that does not end with CR LF");
        _left = Size(digits[..(int)start.Length]);
        _state = _left == 0 ? State.Trailers : State.Data;
        input = input.Slice(reader.Position);
        return true;
    }

    // Digits up to the line's end, to extensions, or to white space that some servers pad with.
    private static long Size(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOfAny("\r; \t"u8);
        if (end <= 0)
            throw new NotHttpException(end == 0 ? "a chunk without a size" : "a chunk size that is too large");
        long size = 0;
        foreach (byte digit in line[..end])
        {
            if (!char.IsAsciiHexDigit((char)digit))
                throw new NotHttpException("a chunk size that is no hexadecimal number");
            size = (size << 4) | (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return size;
    }

    private bool ReadData(ref ReadOnlySequence<byte> input, Span<byte> output, ref int written)
    {
        int count = (int)Math.Min(Math.Min(_left, input.Length), output.Length - written);
        input.Slice(0, count).CopyTo(output[written..]);
        input = input.Slice(count);
        written += count;
        _left -= count;
        if (_left > 0)
            return false;
        _state = State.DataEnd;
        return true;
    }

    private bool ReadDataEnd(ref ReadOnlySequence<byte> input)
    {
        if (input.Length < 2)
            return false;
        if (input.FirstSpan[0] != '\r' || input.Slice(1).FirstSpan[0] != '\n')
            throw new NotHttpException("a chunk that is longer than its size");
        input = input.Slice(2);
        _state = State.Size;
        return true;
    }

    private bool ReadTrailers(ref ReadOnlySequence<byte> input)
    {
        if (input.Length < 2)
            return false;
        if (input.FirstSpan[0] == '\r' && input.Slice(1).FirstSpan[0] == '\n')
        {
            input = input.Slice(2);
            _state = State.Ended;
            return false;
        }

        long end = HeadParser.FindEnd(input, ref _seen);
        if (end == 0)
            return false;
        Trailers = HeadParser.Fields(input.Slice(0, end).ToArray());
        input = input.Slice(end);
        _state = State.Ended;
        return false;
    }
}
