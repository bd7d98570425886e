using Google.Protobuf;

namespace Loop.Replayer.Core.Comparison;

/// <summary>One field of a protobuf message as it lies on the wire (protobuf.dev, Encoding).</summary>
/// <param name="Number">From 1.</param>
/// <param name="Type">Varint, fixed or length-delimited; groups are not read.</param>
/// <param name="Bits">Value of a varint or fixed field.</param>
/// <param name="Bytes">Content of a length-delimited field.</param>
internal readonly record struct WireField(int Number, WireFormat.WireType Type, ulong Bits, ReadOnlyMemory<byte> Bytes)
{
    // 2^29 − 1.
    private const ulong MaximumNumber = 536_870_911;

    /// <summary>
    /// Reads a whole message. False when it is none, and when it has a form that no encoder writes (a varint longer than it must be): then equal fields
    /// mean equal bytes, and nothing hides between the two.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out List<WireField> fields)
    {
        fields = [];
        int at = 0;
        while (at < message.Length)
        {
            if (!TryVarint(message.Span, ref at, out ulong tag) || tag >> 3 is 0 or > MaximumNumber || !TryField(message, ref at, tag, out WireField field))
                return false;
            fields.Add(field);
        }

        return true;
    }

    /// <summary>Reads one varint in its shortest form.</summary>
    public static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            byte next = bytes[at++];
            if (shift == 63 && next > 1)
                return false;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return next != 0 || shift == 0;
        }

        return false;
    }

    private static bool TryField(ReadOnlyMemory<byte> message, ref int at, ulong tag, out WireField field)
    {
        var type = (WireFormat.WireType)(tag & 7);
        field = new WireField((int)(tag >> 3), type, 0, default);
        switch (type)
        {
            case WireFormat.WireType.Varint when TryVarint(message.Span, ref at, out ulong value):
                field = field with { Bits = value };
                return true;
            case WireFormat.WireType.Fixed64 when message.Length - at >= sizeof(ulong):
                field = field with { Bits = BitConverter.ToUInt64(message.Span.Slice(at, sizeof(ulong))) };
                at += sizeof(ulong);
                return true;
            case WireFormat.WireType.Fixed32 when message.Length - at >= sizeof(uint):
                field = field with { Bits = BitConverter.ToUInt32(message.Span.Slice(at, sizeof(uint))) };
                at += sizeof(uint);
                return true;
            case WireFormat.WireType.LengthDelimited when TryVarint(message.Span, ref at, out ulong length) && length <= (ulong)(message.Length - at):
                field = field with { Bytes = message.Slice(at, (int)length) };
                at += (int)length;
                return true;
            default:
                return false;
        }
    }
}
