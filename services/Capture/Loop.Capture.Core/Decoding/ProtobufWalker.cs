using System.Buffers;

namespace Loop.Capture.Core.Decoding;

/// <summary>
/// Walks the fields of one serialised protobuf message without copying: a value of bytes is a slice of the pipe's own memory, made when it is asked for.
/// A generated parser would copy every body into a <c>ByteString</c> first, which is the copy that capture cannot afford.
/// Encoding: https://protobuf.dev/programming-guides/encoding/.
/// </summary>
public ref struct ProtobufWalker(in ReadOnlySequence<byte> message)
{
    private const int MaximumVarintBytes = 10;
    private SequenceReader<byte> _reader = new(message);
    private SequencePosition _value;
    private long _length;

    /// <summary>Number of the field that <see cref="Next"/> stands on.</summary>
    public int Field { get; private set; }

    /// <summary>Value of a varint field; 0 for every other wire type.</summary>
    public ulong Varint { get; private set; }

    /// <summary>Value of a length-delimited field; empty for every other wire type.</summary>
    public readonly ReadOnlySequence<byte> Bytes => IsBytes ? _reader.Sequence.Slice(_value, _length) : default;

    /// <summary>Where the field begins, its tag included.</summary>
    public SequencePosition Start { get; private set; }

    /// <summary>Where it ends, and the next one begins.</summary>
    public readonly SequencePosition End => _reader.Position;

    /// <summary>True when the field is length-delimited, so that <see cref="Bytes"/> is its value.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>True when <see cref="Next"/> ended because of damage and not because of the end.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Moves to the next field; false at the end and on damage.</summary>
    public bool Next()
    {
        if (IsMalformed || _reader.End)
            return false;
        IsMalformed = !TryReadField();
        return !IsMalformed;
    }

    private bool TryReadField()
    {
        (Varint, IsBytes, Start) = (0, false, _reader.Position);
        if (!TryReadVarint(out ulong tag) || tag is 0 or > uint.MaxValue)
            return false;
        Field = (int)(tag >> 3);
        return Field > 0 && TryReadValue((int)(tag & 7));
    }

    private bool TryReadValue(int wireType)
    {
        switch (wireType)
        {
            case 0:
                bool isVarint = TryReadVarint(out ulong varint);
                Varint = varint;
                return isVarint;
            case 1:
                return TryAdvance(8);
            case 2:
                return TryReadBytes();
            case 5:
                return TryAdvance(4);
            default:
                // Groups (3 and 4) were removed from proto3; no message that Loop reads has them.
                return false;
        }
    }

    private bool TryReadBytes()
    {
        if (!TryReadVarint(out ulong length) || length > (ulong)_reader.Remaining)
            return false;
        (IsBytes, _value, _length) = (true, _reader.Position, (long)length);
        _reader.Advance(_length);
        return true;
    }

    private bool TryAdvance(int count)
    {
        if (_reader.Remaining < count)
            return false;
        _reader.Advance(count);
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        // Nearly all are tags and lengths of one byte.
        bool isRead = _reader.TryRead(out byte first);
        value = first;
        return first < 0x80 ? isRead : TryReadLongVarint(ref value);
    }

    private bool TryReadLongVarint(ref ulong value)
    {
        value &= 0x7F;
        for (int index = 1; index < MaximumVarintBytes; index++)
        {
            if (!_reader.TryRead(out byte next))
                return false;
            value |= (ulong)(next & 0x7F) << (7 * index);
            if (next < 0x80)
                return true;
        }

        return false;
    }
}
