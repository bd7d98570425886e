using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Values of protobuf fields that are no messages (protobuf.dev, Encoding).</summary>
internal static class ProtobufScalar
{
    /// <summary>How a type lies on the wire when it is not packed; null for groups.</summary>
    public static WireFormat.WireType? WireTypeOf(FieldType type) => type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireFormat.WireType.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireFormat.WireType.Fixed32,
        FieldType.String or FieldType.Bytes or FieldType.Message => WireFormat.WireType.LengthDelimited,
        FieldType.Group => null,
        _ => WireFormat.WireType.Varint,
    };

    /// <summary>As a place's type: a number, a truth or a name.</summary>
    public static string TypeOf(FieldType type) => type switch
    {
        FieldType.Bool => "Boolean",
        FieldType.Enum => "Enum",
        _ => "Number",
    };

    /// <summary>The value in words.</summary>
    public static string Text(FieldDescriptor field, ulong bits) => field.FieldType switch
    {
        FieldType.Double => Float(BitConverter.UInt64BitsToDouble(bits), bits),
        FieldType.Float => Float(BitConverter.UInt32BitsToSingle((uint)bits), bits),
        FieldType.SInt32 or FieldType.SInt64 => ((long)(bits >> 1) ^ -(long)(bits & 1)).ToString(CultureInfo.InvariantCulture),
        FieldType.SFixed32 => ((int)bits).ToString(CultureInfo.InvariantCulture),
        FieldType.Int32 or FieldType.Int64 or FieldType.SFixed64 => ((long)bits).ToString(CultureInfo.InvariantCulture),
        FieldType.Bool => bits switch { 0 => "false", 1 => "true", _ => bits.ToString(CultureInfo.InvariantCulture) },
        FieldType.Enum => field.EnumType.FindValueByNumber((int)bits)?.Name ?? ((long)bits).ToString(CultureInfo.InvariantCulture),
        _ => bits.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The numbers of a packed field; false when it holds anything else.</summary>
    public static bool TryUnpack(WireField packed, WireFormat.WireType item, out List<WireField> items)
    {
        items = [];
        ReadOnlySpan<byte> bytes = packed.Bytes.Span;
        int size = item switch { WireFormat.WireType.Fixed64 => sizeof(ulong), WireFormat.WireType.Fixed32 => sizeof(uint), _ => 0 };
        for (int at = 0; at < bytes.Length;)
        {
            ulong bits;
            if (size > 0 && bytes.Length - at >= size)
            {
                bits = size == sizeof(ulong) ? BitConverter.ToUInt64(bytes[at..]) : BitConverter.ToUInt32(bytes[at..]);
                at += size;
            }
            else if (size > 0 || !WireField.TryVarint(bytes, ref at, out bits))
            {
                return false;
            }

            items.Add(new WireField(packed.Number, item, bits, default));
        }

        return true;
    }

    // Not every not-a-number is the same one.
    private static string Float(double value, ulong bits) =>
        double.IsNaN(value) ? $"NaN {bits:x}" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Float(float value, ulong bits) =>
        float.IsNaN(value) ? $"NaN {bits:x}" : value.ToString("R", CultureInfo.InvariantCulture);
}
