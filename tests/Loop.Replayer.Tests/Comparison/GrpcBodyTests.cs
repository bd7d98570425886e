using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Tests.Comparison;

public sealed class GrpcBodyTests
{
    private const string Grpc = "application/grpc";
    private static readonly ComparisonRules Named = ComparisonRules.Of(RunMask.None) with { Shape = Shop.Set.Method("/shop.Orders/Get")!.Answer };

    [Fact]
    public void WithoutATypeDifferences_HaveFieldNumbers() => Assert.Equal(
        ["body message[0].1", "body message[0].2.1", "body message[1].1"],
        Bodies.Places(Answer(Shop.Order("a", 1), Shop.Order("c", 2)), Answer(Shop.Order("b", 7), Shop.Order("d", 2))));

    [Fact]
    public void WithAType_Differences_HaveNamesAndValues() => Assert.Equal(
        [new Divergence("entry", "body message[0].item.count", "1", "-3"), new Divergence("entry", "body message[0].state", "OPEN", "PAID")],
        Bodies.Compare(Answer(Shop.Order("a", 1, state: 1)), Answer(Shop.Order("a", -3, state: 2)), Named).Divergences);

    [Fact]
    public void WithAType_PackingAndFieldOrder_DoNotCount()
    {
        byte[] packed = Shop.Write(output => { output.WriteTag(5, WireFormat.WireType.LengthDelimited); output.WriteBytes(ByteString.CopyFrom(1, 2)); output.WriteTag(1, WireFormat.WireType.LengthDelimited); output.WriteString("a"); });
        byte[] single = Shop.Write(output => { output.WriteTag(1, WireFormat.WireType.LengthDelimited); output.WriteString("a"); output.WriteTag(5, WireFormat.WireType.Varint); output.WriteInt32(1); output.WriteTag(5, WireFormat.WireType.Varint); output.WriteInt32(2); });
        Assert.Empty(Bodies.Places(Answer(packed), Answer(single), Named));
        Assert.NotEmpty(Bodies.Places(Answer(packed), Answer(single)));
    }

    [Fact]
    public void WithAType_MapsCompareByKey()
    {
        Assert.Empty(Bodies.Places(Answer(Shop.Labels(("a", "1"), ("b", "2"))), Answer(Shop.Labels(("b", "2"), ("a", "1"))), Named));
        Assert.Equal("body message[0].labels['b']", Assert.Single(Bodies.Places(Answer(Shop.Labels(("a", "1"), ("b", "2"))), Answer(Shop.Labels(("a", "1"), ("b", "3"))), Named)));
    }

    [Fact]
    public void UnknownFields_OfAKnownType_AreComparedByNumber()
    {
        byte[] Unknown(int value) => Shop.Write(output => { output.WriteTag(99, WireFormat.WireType.Varint); output.WriteInt32(value); });
        Assert.Equal("body message[0].99", Assert.Single(Bodies.Places(Answer(Unknown(1)), Answer(Unknown(2)), Named)));
    }

    [Fact]
    public void MissingMessage_IsNamed() => Assert.Equal("body message[1]", Assert.Single(Bodies.Places(Answer(Shop.Order("a", 1), Shop.Order("a", 1)), Answer(Shop.Order("a", 1)))));

    [Fact]
    public void CutMessage_IsNamed()
    {
        byte[] whole = Frames([Shop.Order("a", 1)]);
        Assert.Equal("body message[0] (incomplete)", Bodies.Places(Bodies.Answer(Grpc, whole[..^1]), Bodies.Answer(Grpc, whole[..^2]))[0]);
    }

    [Fact]
    public void CompressedMessage_EqualsThePlainOne()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Shop.Order("a", 1));
        Message compressed = Bodies.Answer(Grpc, Frame(1, packed.ToArray()), new HeaderField("grpc-encoding", "gzip"));
        Assert.Equal(["header grpc-encoding"], Bodies.Places(Answer(Shop.Order("a", 1)), compressed));
        Assert.Contains("body message[0].1", Bodies.Places(Answer(Shop.Order("b", 1)), compressed));
    }

    [Fact]
    public void WebText_IsDecodedWithItsTrailers()
    {
        static Message Web(string status) => Bodies.Answer("application/grpc-web-text", Convert.ToBase64String([.. Frame(0, Shop.Order("a", 1)), .. Frame(0x80, System.Text.Encoding.ASCII.GetBytes($"grpc-status:{status}"))]));
        Assert.Equal("body message[1] trailers", Assert.Single(Bodies.Places(Web("0"), Web("5"))));
    }

    [Fact]
    public void DescriptorSet_Hostile_IsRefusedWithItsReason()
    {
        Assert.Null(DescriptorSet.Read([new byte[] { 1, 2, 3 }]).Set);
        FileDescriptorSet lacking = new() { File = { new FileDescriptorProto { Name = "a.proto", Dependency = { "b.proto" } } } };
        Assert.Contains("b.proto, which is missing", DescriptorSet.Read([lacking.ToByteArray()]).Refusal, StringComparison.Ordinal);
        FileDescriptorSet circle = new() { File = { new FileDescriptorProto { Name = "a.proto", Dependency = { "a.proto" } } } };
        Assert.NotNull(DescriptorSet.Read([circle.ToByteArray()]).Refusal);
        Gen.Byte.Array[0, 60].Sample(bytes => Assert.True(DescriptorSet.Read([bytes]) is { Set: null } or { Refusal: null }));
    }

    [Fact]
    public void AnyTwoMessages_ThatAreOtherBytes_Differ() => Gen.Select(Messages, Messages).Where((one, two) => !one.SequenceEqual(two)).Sample((one, two) =>
        Assert.NotEmpty(Bodies.Places(Answer(one), Answer(two))));

    // Messages by chance, messages by construction, and messages within messages: the guesses of the wire form meet each other.
    private static Gen<byte[]> Messages => Gen.OneOf(
        Gen.Byte.Array[0, 12],
        Gen.Select(Gen.Int[1, 3], Gen.String[Gen.Char["\n\u0001ab"], 0, 4]).Array[0, 3].Select(fields => Shop.Write(output =>
        {
            foreach ((int number, string text) in fields)
            {
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteString(text);
            }
        })));

    private static Message Answer(params byte[][] messages) => Bodies.Answer(Grpc, Frames(messages));

    private static byte[] Frames(byte[][] messages) => [.. messages.SelectMany(message => Frame(0, message))];

    private static byte[] Frame(byte flags, byte[] message)
    {
        byte[] frame = [flags, 0, 0, 0, 0, .. message];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        return frame;
    }
}
