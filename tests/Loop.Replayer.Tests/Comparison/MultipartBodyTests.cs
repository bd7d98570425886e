using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Tests.Comparison;

public sealed class MultipartBodyTests
{
    private static readonly string[] Order = ["Content-Disposition: form-data; name=\"order\"\r\nContent-Type: application/json\r\n\r\n{\"id\":1,\"total\":5}", "Content-Disposition: form-data; name=\"note\"\r\n\r\nhello"];

    [Fact]
    public void Parts_UnderAnotherBoundary_AreEqual() => Assert.Empty(Bodies.Places(Form("x1", Order), Form("other", Order)));

    [Theory]
    [InlineData("\"total\":5", "\"total\":6", "body part.order $.total")]
    [InlineData("\"id\":1,\"total\":5", "\"total\":5,\"id\":1", null)]
    [InlineData("application/json", "application/vnd.x+json", "body part.order header content-type")]
    [InlineData("hello", "hallo", "body part.note")]
    [InlineData("name=\"note\"", "name=\"remark\"", "body part.note")]
    public void Part_FirstDifference_HasItsPlace(string before, string after, string? place) =>
        Assert.Equal(place, Bodies.FirstPlace(Form("x", Order), Form("y", [.. Order.Select(part => part.Replace(before, after, StringComparison.Ordinal))])));

    [Fact]
    public void Parts_InAnotherOrder_Differ() => Assert.Equal("body part order", Assert.Single(Bodies.Places(Form("x", Order), Form("x", [Order[1], Order[0]]))));

    [Fact]
    public void Parts_Missing_AreNamed() => Assert.Equal("body part.note", Assert.Single(Bodies.Places(Form("x", Order), Form("x", Order[0]))));

    [Fact]
    public void BinaryParts_CompareByBytes()
    {
        const string File = "Content-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n";
        Assert.Equal("body part.f", Assert.Single(Bodies.Places(Form("x", File + "\u0080\u0081"), Form("x", File + "\u0080\u0082"))));
    }

    [Fact]
    public void Form_NotFramedByItsBoundary_ComparesByHash()
    {
        Message broken = Bodies.Answer("multipart/form-data; boundary=x", "--x\r\nno end");
        Assert.Equal("body", Assert.Single(Bodies.Places(Form("x", Order), broken)));
    }

    [Fact]
    public void Form_WithinAFormTooDeep_IsNotRead()
    {
        byte[] inner = "a"u8.ToArray();
        for (int level = 0; level < 20; level++)
            inner = Form("b", $"Content-Type: multipart/mixed; boundary=b\r\n\r\n{System.Text.Encoding.Latin1.GetString(inner)}").Body.ToArray();
        Message deep = Bodies.Answer("multipart/form-data; boundary=b", inner);
        Assert.NotEmpty(Bodies.Places(deep, Form("b", Order)));
    }

    private static Message Form(string boundary, params string[] parts) => Bodies.Answer(
        $"multipart/form-data; boundary={boundary}",
        System.Text.Encoding.Latin1.GetBytes(string.Concat(parts.Select(part => $"--{boundary}\r\n{part}\r\n")) + $"--{boundary}--\r\n"));
}
