using System.Buffers.Binary;

namespace Loop.Capture.Core.Decoding;

/// <summary>
/// Walks the fields of one serialised protobuf message without copying (https://protobuf.dev/programming-guides/encoding/).
/// Stops at the first byte that cannot be; what came before stays valid. Groups are refused: no message of ours has them.
/// </summary>
internal ref struct WireWalker(ReadOnlySpan<byte> message)
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int LengthType = 2;
    private const int Fixed32Type = 5;
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Field number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Value of a varint or fixed field.</summary>
    public ulong Number { get; private set; }

    /// <summary>True when the current field is length-delimited.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>Content of a length-delimited field.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The walk stopped before the end.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Goes to the next field; false at the end, and when the rest is malformed.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty || IsMalformed)
            return false;
        IsMalformed = !TryReadField();
        return !IsMalformed;
    }

    private bool TryReadField()
    {
        if (!TryReadVarint(out ulong tag) || tag > uint.MaxValue || tag >> 3 == 0)
            return false;
        Field = (int)(tag >> 3);
        Bytes = default;
        Number = 0;
        IsBytes = (tag & 7) == LengthType;
        switch (tag & 7)
        {
            case VarintType:
                bool isRead = TryReadVarint(out ulong number);
                Number = number;
                return isRead;
            case Fixed64Type when TryTake(sizeof(ulong)):
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Bytes);
                return true;
            case Fixed32Type when TryTake(sizeof(uint)):
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Bytes);
                return true;
            case LengthType:
                return TryReadVarint(out ulong length) && length <= (ulong)_rest.Length && TryTake((int)length);
            default:
                return false;
        }
    }

    private bool TryTake(int length)
    {
        if (_rest.Length < length)
            return false;
        Bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        // Nearly all are tags and lengths of one byte.
        if (!_rest.IsEmpty && _rest[0] < 0x80)
        {
            value = _rest[0];
            _rest = _rest[1..];
            return true;
        }

        return TryReadLongVarint(out value);
    }

    private bool TryReadLongVarint(out ulong value)
    {
        value = 0;
        for (int index = 0; index < _rest.Length && index < 10; index++)
        {
            byte current = _rest[index];
            value |= (ulong)(current & 0x7f) << (index * 7);
            if (current >= 0x80)
                continue;
            _rest = _rest[(index + 1)..];
            return true;
        }

        return false;
    }
}
