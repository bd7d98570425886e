using System.IO.Compression;
using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Tests.StandIns;

public sealed class CallIdentityTests
{
    private const string Route = "POST payments /charge?a=1&b=2";

    [Theory]
    [InlineData("""{ "b": [1, 2], "a": {"y": "é", "x": null} }""", """{"a":{"x":null,"y":"\u00e9"},"b":[1,2]}""")]
    [InlineData("""{"id":"‹own›7"}""", """{"id":"7"}""")]
    public void Key_OfBodiesThatSayTheSame_IsEqual(string one, string two) => Assert.Equal(Script.Identity(Route, one).Key, Script.Identity(Route, two).Key);

    [Theory]
    [InlineData("""{"a":1.10}""", """{"a":1.1}""")]
    [InlineData("""{"a":9007199254740993}""", """{"a":9007199254740992}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2,"a":1}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("""{"a":1}""", """{"a":1""")]
    [InlineData("""{"a":"1"}""", """{"a":1}""")]
    [InlineData("{}", "")]
    public void Key_OfBodiesThatSayOtherThings_Differs(string one, string two) => Assert.NotEqual(Script.Identity(Route, one).Key, Script.Identity(Route, two).Key);

    [Theory]
    [InlineData("GET payments /charge?a=1&b=2")]
    [InlineData("POST payments:80 /charge?a=1&b=2")]
    [InlineData("POST payments /charge?b=2&a=1")]
    [InlineData("POST payments /Charge?a=1&b=2")]
    [InlineData("POST payments /charge%3Fa=1&b=2")]
    public void Key_OfAnotherRequestLine_Differs(string other) => Assert.NotEqual(Script.Identity(Route, "{}").Key, Script.Identity(other, "{}").Key);

    [Fact]
    public void Key_CountsDeclaredHeadersAlone()
    {
        string one = Script.Identity(Route, "{}", "application/json", new("x-tenant", "a"), new("user-agent", "one")).Key;
        Assert.Equal(one, Script.Identity(Route, "{}", "application/json", new("user-agent", "two"), new("x-tenant", "a")).Key);
        Assert.NotEqual(one, Script.Identity(Route, "{}", "application/json", new HeaderField("x-tenant", "b")).Key);
    }

    [Fact]
    public void Key_NeverLetsOneFieldRunIntoTheNext() =>
        Gen.Select(Fields, Fields).Sample((one, two) => one.SequenceEqual(two) == (Of(one).Key == Of(two).Key));

    private static Gen<string[]> Fields => Gen.String[Gen.Char['a', 'b'], 0, 2].Array[3];

    private static CallIdentity Of(string[] fields) => new(fields[0], fields[1], fields[2], [], CallBody.Empty);

    [Fact]
    public void Key_OfACompressedBody_IsThatOfItsContent()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes("""{"a":1}"""));
        CallIdentity compressed = Script.Reader.Read(Script.Request(Route, packed.ToArray(), "application/json", new HeaderField("content-encoding", "gzip")));
        Assert.Equal(Script.Identity(Route, """{ "a": 1 }""").Key, compressed.Key);
    }

    [Fact]
    public void Key_OfAForm_LeavesItsBoundaryOut()
    {
        static string Form(string boundary, string value) => $"--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{value}\r\n--{boundary}--\r\n";
        string one = Script.Identity(Route, Form("xx1", "v"), "multipart/form-data; boundary=xx1").Key;
        Assert.Equal(one, Script.Identity(Route, Form("other", "v"), "multipart/form-data; boundary=\"other\"").Key);
        Assert.NotEqual(one, Script.Identity(Route, Form("xx1", "w"), "multipart/form-data; boundary=xx1").Key);
    }

    [Fact]
    public void Key_OfAForm_TellsAPartFromContentThatLooksLikeOne()
    {
        static string Form(string inner) => $"--xx1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--{inner}\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nw\r\n--xx1--\r\n";
        Assert.NotEqual(Script.Identity(Route, Form("xx1"), "multipart/form-data; boundary=xx1").Key, Script.Identity(Route, Form(""), "multipart/form-data; boundary=xx1").Key);
    }

    [Fact]
    public void Key_OfDeclaredHeaders_CountsTheirOrderWithinOneNameAlone()
    {
        CallReader reader = new(["x-tenant", "accept"], text => text);
        string Key(params HeaderField[] headers) => reader.Read(Script.Request(Route, [], "text/plain", headers)).Key;
        Assert.Equal(Key(new("x-tenant", "a"), new("accept", "b"), new("x-tenant", "c")), Key(new("accept", "b"), new("x-tenant", "a"), new("x-tenant", "c")));
        Assert.NotEqual(Key(new("x-tenant", "a"), new("x-tenant", "c")), Key(new("x-tenant", "c"), new HeaderField("x-tenant", "a")));
    }

    [Fact]
    public void Key_OfBytes_IsExact() =>
        Assert.NotEqual(Script.Identity(Route, " {}", "application/octet-stream").Key, Script.Identity(Route, "{}", "application/octet-stream").Key);
}
