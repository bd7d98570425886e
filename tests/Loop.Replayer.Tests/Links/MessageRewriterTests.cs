using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Tests.Comparison;

namespace Loop.Replayer.Tests.Links;

public sealed class MessageRewriterTests
{
    private const string Longer = "ord_b81c2e3d55";

    [Fact]
    public void Json_KeepsAllOtherBytes()
    {
        const string Body = """ { "n" : 1.50, "a":"x\u0041", "id" : "ord_1f3c9a70", "id": "ord_1f3c9a70", "list":[ "ord_1f3c9a70" ] } """;
        Assert.Equal(
            """ { "n" : 1.50, "a":"x\u0041", "id" : "ord_b81c2e3d55", "id": "ord_1f3c9a70", "list":[ "ord_b81c2e3d55" ] } """, Rewrite(Bodies.Json(Body), "body $.id", "body $.list[0]").Message.Text());
    }

    [Theory]
    [InlineData("42", "{\"id\":42}")]
    [InlineData("a\"b", "{\"id\":\"a\\\"b\"}")]
    public void JsonNumber_BecomesWhatTheLiveIdIs(string live, string expected) =>
        Assert.Equal(expected, MessageRewriter.Rewrite(Bodies.Json("{\"id\":17}"), place => place == "body $.id" ? [("17", live)] : []).Message.Text());

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("gzip, zstd")]
    public void EncodedBody_IsEncodedAgainWithItsLength(string encoding)
    {
        byte[] wire = ContentEncoding.Encode(Encoding.UTF8.GetBytes($$"""{"id":"{{Talk.Recorded}}"}"""), encoding)!;
        Message message = Bodies.Answer("application/json", wire, new("content-encoding", encoding), new("content-length", $"{wire.Length}"));
        Message rewritten = Rewrite(message, "body $.id").Message;
        Assert.Equal($$"""{"id":"{{Longer}}"}""", Encoding.UTF8.GetString(ContentDecoding.Decode(rewritten.Body, encoding)!));
        Assert.Equal($"{rewritten.Body.Length}", rewritten.Part.Header("content-length"));
        Assert.Equal((rewritten.Body.Length, Convert.ToHexStringLower(SHA256.HashData(rewritten.Body.Span))), (rewritten.Part.Body.SizeBytes, rewritten.Part.Body.Sha256));
    }

    [Fact]
    public void Tag_ThatHashesTheBody_FollowsItAndComesBack()
    {
        Message recorded = Bodies.Json($$"""{"ok":true,"order":"{{Talk.Recorded}}"}""", new HeaderField("etag", "?"), new HeaderField("content-md5", "?"));
        recorded = WithTags(recorded);
        LiveBindings bindings = Talk.Paying().Bound();
        Message played = bindings.ToLive("pay", recorded).Message;
        Assert.Equal(WithTags(played).Part.Headers, played.Part.Headers);
        Assert.NotEqual(recorded.Part.Header("etag"), played.Part.Header("etag"));

        Message conditional = Bodies.Request("GET payments /pay", "", "application/json", new HeaderField("if-none-match", played.Part.Header("etag")!));
        Assert.Equal(recorded.Part.Header("etag"), bindings.ToRecorded(conditional).Message.Part.Header("if-none-match"));
    }

    [Fact]
    public void Tag_ThatIsNoHash_Stays()
    {
        Message recorded = Bodies.Json($$"""{"order":"{{Talk.Recorded}}"}""", new HeaderField("etag", "W/\"v7\""));
        Assert.Equal("W/\"v7\"", Rewrite(recorded, "body $.order").Message.Part.Header("etag"));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "a=1&id=ord_1f3c9a70&b=%20", "body form.id", "a=1&id=ord_b81c2e3d55&b=%20")]
    [InlineData("text/plain", "made ord_1f3c9a70.", "body", "made ord_b81c2e3d55.")]
    [InlineData("application/xml", "<o id='ord_1f3c9a70'> <a/></o>", "body /o/@id", "<o id='ord_b81c2e3d55'> <a/></o>")]
    public void OtherBodies_AreExchangedInPlace(string contentType, string body, string place, string expected)
    {
        RewrittenMessage rewritten = Rewrite(Bodies.Answer(contentType, body), place);
        Assert.Equal(expected, rewritten.Message.Text());
        Assert.Empty(rewritten.Unwritten);
    }

    [Fact]
    public void Xml_WithAnEqualDecoy_IsLeftAndReported()
    {
        RewrittenMessage rewritten = Rewrite(Bodies.Answer("application/xml", "<o id='ord_1f3c9a70'><a>ord_1f3c9a70</a></o>"), "body /o/@id");
        Assert.Equal("<o id='ord_1f3c9a70'><a>ord_1f3c9a70</a></o>", rewritten.Message.Text());
        Assert.Contains("could not be exchanged", Assert.Single(rewritten.Unwritten), StringComparison.Ordinal);
    }

    [Fact]
    public void Protobuf_IsExchangedWhereLengthsStay()
    {
        Message message = Bodies.Answer("application/x-protobuf", Shop.Order(Talk.Recorded, 1));
        Assert.Equal(Shop.Order(Talk.Live, 1), MessageRewriter.Rewrite(message, place => place == "body message.1" ? [(Talk.Recorded, Talk.Live)] : []).Message.Body.ToArray());
        RewrittenMessage longer = Rewrite(message, "body message.1");
        Assert.Equal(message.Body.ToArray(), longer.Message.Body.ToArray());
        Assert.Single(longer.Unwritten);
    }

    [Fact]
    public void Headers_AreExchangedByPlace()
    {
        Message message = Bodies.Json("{}", new("location", $"https://shop/orders/{Talk.Recorded}?x=1"), new("x-other", Talk.Recorded), new("set-cookie", $"o={Talk.Recorded}; Path=/{Talk.Recorded}"));
        Message rewritten = Rewrite(message, "header location", "header set-cookie.o").Message;
        Assert.Equal($"https://shop/orders/{Longer}?x=1", rewritten.Part.Header("location"));
        Assert.Equal(Talk.Recorded, rewritten.Part.Header("x-other"));
        Assert.Equal($"o={Longer}; Path=/{Talk.Recorded}", rewritten.Part.Header("set-cookie"));
    }

    [Theory]
    [InlineData("/orders/ord_1f3c9a70:pay?x=%20&ref=ord_1f3c9a70", "/orders/ord_b81c2e3d55:pay?x=%20&ref=ord_b81c2e3d55")]
    [InlineData("/orders/ord%5F1f3c9a70?ref=a", "/orders/ord_b81c2e3d55?ref=a")]
    [InlineData("/orders/ord_1f3c9a701", "/orders/ord_1f3c9a701")]
    [InlineData("/ord_1f3c9a70/x", "/ord_1f3c9a70/x")]
    public void Target_KeepsItsEscapesAroundAnId(string target, string expected) =>
        Assert.Equal(expected, Rewrite(Bodies.Request($"GET orders {target}"), "path[1]", "query.ref").Message.Part.Header(":path"));

    [Fact]
    public void Truncated_IsLeftAndReported()
    {
        Message message = Bodies.Json($$"""{"id":"{{Talk.Recorded}}"}""");
        message = message with { Part = message.Part with { Body = message.Part.Body with { Truncated = true } } };
        Assert.Equal(["body: not kept in full"], Rewrite(message, "body $.id").Unwritten);
    }

    [Fact]
    public void AnyBytes_UnderAnyType_AreRewrittenWithoutAnException() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 5]).Sample((bytes, type) =>
    {
        string contentType = new[] { "application/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/grpc", "text/plain" }[type];
        Message message = Bodies.Answer(contentType, bytes, new HeaderField("content-encoding", type == 5 ? "gzip" : "identity"));
        Assert.Equal(bytes, MessageRewriter.Rewrite(message, _ => []).Message.Body.ToArray());
        _ = MessageRewriter.Rewrite(message, _ => [("a", "b")]);
        _ = RecordedLinks.Of([new LinkMessage { HopId = "h", Side = LinkSide.Answer, Caller = "a", Callee = "b", At = default, Message = message }]);
    });

    [Fact]
    public void AnyText_ThereAndBack_IsTheSame() => Gen.String[Gen.Char["ab17-_ /"], 0, 40].Sample(text =>
    {
        string there = TokenText.Replace($"{text} ord_1f3c9a70", [(Talk.Recorded, Talk.Live)]);
        Assert.Equal($"{text} ord_1f3c9a70", TokenText.Replace(there, [(Talk.Live, Talk.Recorded)]));
    });

    private static RewrittenMessage Rewrite(Message message, params string[] places) =>
        MessageRewriter.Rewrite(message, place => places.Contains(place) ? [(Talk.Recorded, Longer)] : []);

    private static Message WithTags(Message message) => message with
    {
        Part = message.Part with
        {
            Headers = [.. message.Part.Headers.Select(header => header.Name switch
            {
                "etag" => header with { Value = $"\"{Convert.ToHexStringLower(SHA256.HashData(message.Body.Span))}\"" },
                "content-md5" => header with { Value = Convert.ToBase64String(Md5(message.Body.Span)) },
                _ => header,
            })],
        },
    };

    private static byte[] Md5(ReadOnlySpan<byte> bytes) => CryptographicOperations.HashData(HashAlgorithmName.MD5, bytes);
}
