using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Comparison;

public sealed class HostileBodyTests
{
    private static readonly string[] ContentTypes =
    [
        "application/json", "application/xml", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/mixed", "application/grpc",
        "application/grpc+json", "application/grpc-web-text", "application/x-protobuf", "text/plain", "image/png", "", "application/",
    ];

    private static readonly string[] Encodings = ["", "gzip", "br", "deflate", "zstd", "gzip, zstd", "unknown"];

    [Fact]
    public void AnyBytes_UnderAnyType_AreComparedWithoutAnException() => Gen.Select(Content, Content, Gen.Int[0, 999], Gen.Int[0, 999]).Sample((one, two, type, encoding) =>
    {
        Message recorded = Message(one, type, encoding);
        Message replayed = Message(two, type, encoding);
        Assert.Empty(Bodies.Places(recorded, recorded));
        Assert.All(Bodies.Places(recorded, replayed), place => Assert.StartsWith("body", place, StringComparison.Ordinal));
        _ = IdentityValue.Of(recorded, Shop.Set.Method("/shop.Orders/Get")!.Answer);
    });

    [Fact]
    public void AnyBytes_WithAType_AreComparedWithoutAnException() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40]).Sample((one, two) =>
    {
        ComparisonRules rules = ComparisonRules.Of(RunMask.None) with { Shape = Shop.Set.Method("/shop.Orders/Get")!.Answer };
        Assert.All(Bodies.Places(Bodies.Answer("application/x-protobuf", one), Bodies.Answer("application/x-protobuf", two), rules), place => Assert.StartsWith("body message", place, StringComparison.Ordinal));
    });

    [Fact]
    public void ManyValues_AreComparedAsText()
    {
        string many = $"[{string.Join(',', Enumerable.Repeat("1", NodeBudget.MaximumNodes))}]";
        Assert.Equal("body line 1", Assert.Single(Bodies.Places(Bodies.Json(many), Bodies.Json(many + " "))));
    }

    private static Message Message(byte[] body, int type, int encoding)
    {
        string name = Encodings[encoding % Encodings.Length];
        return Bodies.Answer(ContentTypes[type % ContentTypes.Length], body, name.Length == 0 ? [] : [new HeaderField("content-encoding", name)]);
    }

    // Bytes by chance, and pieces that readers know.
    private static Gen<byte[]> Content => Gen.OneOf(
        Gen.Byte.Array[0, 60],
        Pieces(
            "{", "}", "[", "]", "\"\\ud800\"", ":", ",", "1e999", "<a", ">", "</a>", "<?xml version='1.0' encoding='utf-32'?>", "<!DOCTYPE a>", "&x;", "xmlns:p='q'", "--b", "\r\n", "--b--", "Content-Type: multipart/form-data; boundary=b",
            "=", "&", "%", "%e", "\0\0\0\0\u0004", "\u0001\0\0\0\0", "\n\u0003", "\u001f\u008b"));

    private static Gen<byte[]> Pieces(params string[] pieces) =>
        Gen.Int[0, pieces.Length - 1].Select(index => pieces[index]).Array[0, 12].Select(chosen => Encoding.Latin1.GetBytes(string.Concat(chosen)));
}
