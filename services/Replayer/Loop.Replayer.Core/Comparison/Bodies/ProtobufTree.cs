using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// A protobuf message by field: by name where its type is known, else by number. Without a type nobody knows whether bytes are a text or a message,
/// so there the order of fields counts as well, and equal trees are equal bytes.
/// </summary>
internal static class ProtobufTree
{
    public static BodyNode Read(string step, ReadOnlyMemory<byte> bytes, MessageShape? shape, NodeBudget budget) =>
        Message(step, step, bytes, shape?.Descriptor, budget, 1);

    private static BodyNode Message(string key, string step, ReadOnlyMemory<byte> bytes, MessageDescriptor? type, NodeBudget budget, int depth)
    {
        budget.Spend(depth);
        if (!WireField.TryRead(bytes, out List<WireField> fields))
            return new BodyNode { Key = key, Step = step, Type = "bytes", Value = LeafText.Bytes(bytes.Span) };
        return new BodyNode
        {
            Key = key,
            Step = step,
            Type = type is null ? "message" : $"message {type.FullName}",
            OrderCounts = type is null,
            Show = () => LeafText.Bytes(bytes.Span),
            Children = type is null ? [.. fields.Select(field => Unnamed(field, budget, depth + 1))] : Named(fields, type, budget, depth + 1),
        };
    }

    private static List<BodyNode> Named(List<WireField> fields, MessageDescriptor type, NodeBudget budget, int depth)
    {
        List<BodyNode> children = [];
        foreach (IGrouping<int, WireField> group in fields.GroupBy(field => field.Number))
        {
            if (type.FindFieldByNumber(group.Key) is not { } known)
                children.AddRange(group.Select(field => Unnamed(field, budget, depth)));
            else if (known.IsMap)
                children.Add(Container(known, [.. group.Select(entry => Entry(known, entry, budget, depth + 1))]));
            else if (known.IsRepeated)
                children.Add(Container(known, [.. group.SelectMany(field => Unpacked(known, field)).Select((item, index) => Value(BodyPlace.Item(index), known, item, budget, depth + 1))]));
            else
                children.AddRange(group.Select(field => Value(BodyPlace.Member(known.Name), known, field, budget, depth)));
        }

        return children;
    }

    private static BodyNode Container(FieldDescriptor field, IReadOnlyList<BodyNode> items) => new()
    {
        Key = field.Name,
        Step = BodyPlace.Member(field.Name),
        Type = "Array",
        Children = items,
        Show = () => string.Create(CultureInfo.InvariantCulture, $"{items.Count} values"),
    };

    // A map entry is a message with the key as field 1 and the value as field 2; what is missing has its default.
    private static BodyNode Entry(FieldDescriptor map, WireField entry, NodeBudget budget, int depth)
    {
        if (entry.Type is not WireFormat.WireType.LengthDelimited || !WireField.TryRead(entry.Bytes, out List<WireField> parts) || parts.Exists(part => part.Number is not (1 or 2)))
            return Unnamed(entry, budget, depth);
        WireField key = parts.FindLast(part => part.Number == 1);
        string step = $"['{(key.Number == 0 ? "" : Value("", map.MessageType.FindFieldByNumber(1), key, budget, depth).Value)}']";
        WireField value = parts.FindLast(part => part.Number == 2);
        budget.Spend(depth);
        return value.Number == 0 ? new BodyNode { Key = step, Step = step, Type = "default" } : Value(step, map.MessageType.FindFieldByNumber(2), value, budget, depth);
    }

    // Whether numbers are packed is the encoder's choice.
    private static IEnumerable<WireField> Unpacked(FieldDescriptor field, WireField wire)
    {
        if (wire.Type is not WireFormat.WireType.LengthDelimited || ProtobufScalar.WireTypeOf(field.FieldType) is not { } item || item is WireFormat.WireType.LengthDelimited)
            return [wire];
        return ProtobufScalar.TryUnpack(wire, item, out List<WireField> items) ? items : [wire];
    }

    private static BodyNode Value(string step, FieldDescriptor field, WireField wire, NodeBudget budget, int depth)
    {
        if (ProtobufScalar.WireTypeOf(field.FieldType) != wire.Type)
            return Unnamed(wire, budget, depth).At(step, step);
        if (field.FieldType is FieldType.Message)
            return Message(step, step, wire.Bytes, field.MessageType, budget, depth);
        budget.Spend(depth);
        return field.FieldType switch
        {
            FieldType.String => LeafText.Leaf(step, step, wire.Bytes.Span),
            FieldType.Bytes => new BodyNode { Key = step, Step = step, Type = "bytes", Value = LeafText.Bytes(wire.Bytes.Span) },
            _ => new BodyNode { Key = step, Step = step, Type = ProtobufScalar.TypeOf(field.FieldType), Value = ProtobufScalar.Text(field, wire.Bits) },
        };
    }

    private static BodyNode Unnamed(WireField field, NodeBudget budget, int depth)
    {
        string step = string.Create(CultureInfo.InvariantCulture, $".{field.Number}");
        budget.Spend(depth);
        if (field.Type is not WireFormat.WireType.LengthDelimited)
            return new BodyNode { Key = step, Step = step, Type = field.Type.ToString(), Value = field.Bits.ToString(CultureInfo.InvariantCulture) };
        // A short message may look like a text and a text like a message: either reading keeps every byte.
        if (LeafText.Strict(field.Bytes.Span) is { } text && !text.Any(char.IsControl))
            return new BodyNode { Key = step, Step = step, Type = "text", Value = text };
        if (!WireField.TryRead(field.Bytes, out _))
            return new BodyNode { Key = step, Step = step, Type = "bytes", Value = LeafText.Bytes(field.Bytes.Span) };
        return Message(step, step, field.Bytes, type: null, budget, depth);
    }
}
