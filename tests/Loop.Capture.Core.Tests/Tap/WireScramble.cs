using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Loop.Capture.Core.Tests.Tap;

/// <summary>
/// Serialises a message as a foreign serialiser might: fields in any order, though those of one number keep theirs, and unknown fields between them, at every level.
/// Google's parser reads the same message out of it.
/// </summary>
internal static class WireScramble
{
    // No message of Envoy's or of ours has fields of these numbers.
    private const int FirstUnknownField = 500;

    /// <summary>All ways to write a message.</summary>
    public static Gen<byte[]> Of(IMessage message) => Gen.Int.Select(seed => Write(message, new Random(seed)));

    /// <summary>One of them.</summary>
    public static byte[] Of(IMessage message, int seed) => Write(message, new Random(seed));

    private static byte[] Write(IMessage message, Random random)
    {
        List<Queue<byte[]>> fields = [.. message.Descriptor.Fields.InDeclarationOrder().Select(field => new Queue<byte[]>(Encodings(message, field, random)))];
        for (int unknown = random.Next(3); unknown > 0; unknown--)
            fields.Add(new Queue<byte[]>([Unknown(random)]));
        fields.RemoveAll(queue => queue.Count == 0);
        using var bytes = new MemoryStream();
        while (fields.Count > 0)
        {
            int chosen = random.Next(fields.Count);
            // A run that is not broken up is what every real serialiser writes, so it must be common here, too.
            for (int run = random.Next(1, 4); run > 0 && fields[chosen].Count > 0; run--)
                bytes.Write(fields[chosen].Dequeue());
            if (fields[chosen].Count == 0)
                fields.RemoveAt(chosen);
        }

        return bytes.ToArray();
    }

    private static IEnumerable<byte[]> Encodings(IMessage message, FieldDescriptor field, Random random)
    {
        if (field.IsRepeated)
            return ((System.Collections.IEnumerable)field.Accessor.GetValue(message)).Cast<object>().Select(item => Encode(field, item, random));
        bool isSet = field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(field.Accessor.GetValue(message));
        return isSet ? [Encode(field, field.Accessor.GetValue(message), random)] : [];
    }

    private static bool IsDefault(object value) => value switch
    {
        string text => text.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        bool truth => !truth,
        IMessage or null => false,
        _ => Convert.ToDecimal(value) == 0,
    };

    private static byte[] Encode(FieldDescriptor field, object value, Random random) => Encode(output =>
    {
        switch (value)
        {
            case IMessage nested:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Write(nested, random)));
                break;
            case string text:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteString(text);
                break;
            case ByteString bytes:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(bytes);
                break;
            default:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Varint);
                output.WriteInt64(value is ulong large ? unchecked((long)large) : Convert.ToInt64(value));
                break;
        }
    });

    private static byte[] Unknown(Random random) => Encode(output =>
    {
        int field = FirstUnknownField + random.Next(100);
        switch (random.Next(4))
        {
            case 0:
                output.WriteTag(field, WireFormat.WireType.Varint);
                output.WriteInt64(random.NextInt64());
                break;
            case 1:
                output.WriteTag(field, WireFormat.WireType.Fixed64);
                output.WriteFixed64(1);
                break;
            case 2:
                output.WriteTag(field, WireFormat.WireType.Fixed32);
                output.WriteFixed32(1);
                break;
            default:
                byte[] bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
                output.WriteTag(field, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(bytes));
                break;
        }
    });

    private static byte[] Encode(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }
}
