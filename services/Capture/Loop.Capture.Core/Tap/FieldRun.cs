using System.Buffers;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Tap;

/// <summary>
/// Some fields of a message as a message of their own. Every serialiser writes fields of one number one after the other, and those are a message as they stand,
/// without a copy; fields that lie scattered, or that need another number, are gathered first.
/// </summary>
internal struct FieldRun(int firstField, int lastField)
{
    private const int MaximumVarintBytes = 5;
    private SequencePosition _start;
    private SequencePosition _end;
    private bool _isScattered;

    /// <summary>False when there is no such field.</summary>
    public bool HasAny { get; private set; }

    /// <summary>Takes the field on which the walker stands.</summary>
    public void Add(in ProtobufWalker walker)
    {
        if (!HasAny)
            (_start, HasAny) = (walker.Start, true);
        else
            _isScattered |= !walker.Start.Equals(_end);
        _end = walker.End;
    }

    /// <summary>From the first of the fields to the last, with what lies between.</summary>
    public readonly ReadOnlySequence<byte> Span(in ReadOnlySequence<byte> message) => !HasAny ? default : message.Slice(_start, _end);

    /// <summary>These fields and nothing else.</summary>
    /// <param name="message">The message that holds them.</param>
    /// <param name="scratch">Where they are gathered if need be; it holds them until it is used again.</param>
    public readonly ReadOnlySequence<byte> Slice(in ReadOnlySequence<byte> message, ArrayBufferWriter<byte> scratch) =>
        _isScattered ? Gather(message, scratch, renumbered: 0) : Span(message);

    /// <summary>These fields and nothing else, under another number.</summary>
    public readonly ReadOnlySequence<byte> Renumber(in ReadOnlySequence<byte> message, int field, ArrayBufferWriter<byte> scratch) =>
        Gather(message, scratch, field);

    private readonly ReadOnlySequence<byte> Gather(in ReadOnlySequence<byte> message, ArrayBufferWriter<byte> scratch, int renumbered)
    {
        scratch.ResetWrittenCount();
        var walker = new ProtobufWalker(Span(message));
        while (walker.Next())
        {
            if (walker.Field >= firstField && walker.Field <= lastField && walker.IsBytes)
                Write(scratch, renumbered > 0 ? renumbered : walker.Field, walker.Bytes);
        }

        return new ReadOnlySequence<byte>(scratch.WrittenMemory);
    }

    private static void Write(ArrayBufferWriter<byte> scratch, int field, in ReadOnlySequence<byte> value)
    {
        const int LengthDelimited = 2;
        Span<byte> target = scratch.GetSpan(1 + MaximumVarintBytes + (int)value.Length);
        target[0] = (byte)((field << 3) | LengthDelimited);
        int count = 1;
        for (uint rest = (uint)value.Length; ; rest >>= 7)
        {
            target[count++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80)
                break;
        }

        value.CopyTo(target[count..]);
        scratch.Advance(count + (int)value.Length);
    }
}
