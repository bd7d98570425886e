using Google.Protobuf;
using Google.Protobuf.Reflection;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Tests.Comparison;

/// <summary>A service with one method, and messages of its types.</summary>
internal static class Shop
{
    public static DescriptorSet Set { get; } = DescriptorSet.Read([new FileDescriptorSet { File = { File } }.ToByteArray()]).Set!;

    public static byte[] Order(string id, int count, int state = 0) => Write(output =>
    {
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteString(id);
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Write(item =>
        {
            item.WriteTag(1, WireFormat.WireType.Varint);
            item.WriteSInt32(count);
        })));
        if (state == 0)
            return;
        output.WriteTag(3, WireFormat.WireType.Varint);
        output.WriteEnum(state);
    });

    public static byte[] Labels(params (string Key, string Value)[] labels) => Write(output =>
    {
        foreach ((string key, string value) in labels)
        {
            output.WriteTag(4, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(Write(entry =>
            {
                entry.WriteTag(1, WireFormat.WireType.LengthDelimited);
                entry.WriteString(key);
                entry.WriteTag(2, WireFormat.WireType.LengthDelimited);
                entry.WriteString(value);
            })));
        }
    });

    public static byte[] Write(Action<CodedOutputStream> write)
    {
        using MemoryStream target = new();
        using (CodedOutputStream output = new(target, leaveOpen: true))
            write(output);
        return target.ToArray();
    }

    private static FileDescriptorProto File => new()
    {
        Name = "shop.proto",
        Package = "shop",
        Syntax = "proto3",
        MessageType =
        {
            new DescriptorProto
            {
                Name = "Order",
                Field =
                {
                    Field("id", 1, FieldDescriptorProto.Types.Type.String),
                    Field("item", 2, FieldDescriptorProto.Types.Type.Message, ".shop.Item"),
                    Field("state", 3, FieldDescriptorProto.Types.Type.Enum, ".shop.State"),
                    Field("labels", 4, FieldDescriptorProto.Types.Type.Message, ".shop.Order.LabelsEntry", repeated: true),
                    Field("numbers", 5, FieldDescriptorProto.Types.Type.Int32, repeated: true),
                },
                NestedType =
                {
                    new DescriptorProto
                    {
                        Name = "LabelsEntry",
                        Options = new MessageOptions { MapEntry = true },
                        Field = { Field("key", 1, FieldDescriptorProto.Types.Type.String), Field("value", 2, FieldDescriptorProto.Types.Type.String) },
                    },
                },
            },
            new DescriptorProto { Name = "Item", Field = { Field("count", 1, FieldDescriptorProto.Types.Type.Sint32) } },
        },
        EnumType = { new EnumDescriptorProto { Name = "State", Value = { new EnumValueDescriptorProto { Name = "NONE", Number = 0 }, new EnumValueDescriptorProto { Name = "OPEN", Number = 1 }, new EnumValueDescriptorProto { Name = "PAID", Number = 2 } } } },
        Service = { new ServiceDescriptorProto { Name = "Orders", Method = { new MethodDescriptorProto { Name = "Get", InputType = ".shop.Item", OutputType = ".shop.Order" } } } },
    };

    private static FieldDescriptorProto Field(string name, int number, FieldDescriptorProto.Types.Type type, string? typeName = null, bool repeated = false)
    {
        FieldDescriptorProto field = new() { Name = name, Number = number, Type = type, Label = repeated ? FieldDescriptorProto.Types.Label.Repeated : FieldDescriptorProto.Types.Label.Optional };
        if (typeName is not null)
            field.TypeName = typeName;
        return field;
    }
}
