using CsCheck;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Tests.Comparison;

public sealed class FormBodyTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("a=1&b=x+y", "a=1&b=x%20y", null)]
    [InlineData("a=1&b=2", "a=1&b=3", "body form.b")]
    [InlineData("a=1&a=2", "a=1&a=3", "body form.a (occurrence 2)")]
    [InlineData("a=1&a=2", "a=2&a=1", "body form.a")]
    [InlineData("a=1&b=2", "b=2&a=1", "body form order")]
    [InlineData("a=1", "a=1&b=2", "body form.b")]
    [InlineData("a=", "a", "body form.a")]
    [InlineData("a b=1", "a+b=2", "body form['a b']")]
    [InlineData("a=%C3%A9", "a=%E9", "body form.a")]
    [InlineData("a=%zz", "a=%25zz", "body line 1")]
    public void Form_FirstDifference_HasItsField(string recorded, string replayed, string? place) =>
        Assert.Equal(place, Bodies.FirstPlace(Bodies.Answer(Form, recorded), Bodies.Answer(Form, replayed)));

    [Fact]
    public void Form_Difference_ShowsDecodedValues() => Assert.Equal(
        [new Divergence("entry", "body form.name", "Ada & Co", "Ada")], Bodies.Compare(Bodies.Answer(Form, "name=Ada+%26+Co"), Bodies.Answer(Form, "name=Ada")).Divergences);

    [Fact]
    public void AnyFields_WithAnotherContent_Differ() => Gen.Select(Fields, Fields).Where((one, two) => !one.SequenceEqual(two)).Sample((one, two) =>
        Assert.NotEmpty(Bodies.Places(Bodies.Answer(Form, Write(one, Uri.EscapeDataString)), Bodies.Answer(Form, Write(two, Uri.EscapeDataString)))));

    [Fact]
    public void AnyFields_EscapedOtherwise_AreEqual() => Fields.Sample(fields =>
        Assert.Empty(Bodies.Places(Bodies.Answer(Form, Write(fields, Uri.EscapeDataString)), Bodies.Answer(Form, Write(fields, EscapeAll)))));

    private static Gen<(string Name, string Value)[]> Fields => Gen.Select(Gen.String[Gen.Char["ab é&=%+"], 1, 2], Gen.String[Gen.Char["12 é&=%+"], 0, 3]).Array[1, 4];

    private static string Write((string Name, string Value)[] fields, Func<string, string> escape) => string.Join('&', fields.Select(field => $"{escape(field.Name)}={escape(field.Value)}"));

    private static string EscapeAll(string text) => string.Concat(System.Text.Encoding.UTF8.GetBytes(text).Select(value => value == ' ' ? "+" : $"%{value:x2}"));
}
