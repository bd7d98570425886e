using System.Text;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Verdicts;

public sealed class AssertionTests
{
    [Theory]
    [InlineData("""{"total":12.34}""", AssertionSight.RecordedAgain)]
    [InlineData("""{"items":[],"total":12.34}""", AssertionSight.RecordedAgain)]
    [InlineData("""{"total":12.35}""", AssertionSight.Expected)]
    [InlineData("""{"total":12.350}""", AssertionSight.Other)]
    [InlineData("""{"total":"12.35"}""", AssertionSight.Other)]
    [InlineData("""{}""", AssertionSight.Other)]
    [InlineData("no json", AssertionSight.Other)]
    public void Judge_Body_GivesItsSight(string body, AssertionSight sight) => Assert.Equal(sight, Total("12.34", "12.35").Judge(Answer(body)));

    [Fact]
    public void Judge_NoAnswer_IsNotObserved() => Assert.Equal(AssertionSight.NotObserved, Total("12.34", null).Judge(null));

    [Fact]
    public void Judge_WithoutExpectation_NothingIsExpected() => Assert.Equal(AssertionSight.Other, Total("12.34", null).Judge(Answer("""{"total":12.35}""")));

    [Theory]
    [InlineData("2 response $.total", "12.34", "already")]
    [InlineData("2 request $.total", "1", "is not HOP response")]
    [InlineData("$.total", "1", "is not HOP response")]
    [InlineData("2 response total", "1", "is not a path")]
    [InlineData("2 response $.other", "1", "holds no value at $.other")]
    public void Parse_Wrong_IsRefusedWithWhy(string wrong, string expect, string why) =>
        Assert.Contains(why, AssertionTarget.Parse(wrong, expect, Answer("""{"total":12.34}""")).Refusal, StringComparison.Ordinal);

    [Theory]
    [InlineData("$", """{"a":[{"b c":"x"}],"t":1}""")]
    [InlineData("$.a[0]['b c']", "\"x\"")]
    [InlineData("$.a[1]", null)]
    [InlineData("$.a.b", null)]
    [InlineData("$['t']", "1")]
    public void Read_Path_GivesCanonicalText(string text, string? value)
    {
        Assert.True(ValuePath.TryParse(text, out ValuePath? path));
        Assert.Equal(value, path.Read(Answer("""{ "t": 1, "a": [ { "b c": "\u0078" } ] }""")));
    }

    [Fact]
    public void Parse_Word_NeedsNoQuotes() =>
        Assert.Equal("\"paid\"", AssertionTarget.Parse("web response $.state", "paid", Answer("""{"state":"open"}""")).Target!.Expected);

    internal static AssertionTarget Total(string recorded, string? expected) =>
        AssertionTarget.Parse("2 response $.total", expected, Answer($$"""{"total":{{recorded}}}""")).Target!;

    private static Message Answer(string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        return new Message(new() { Headers = [new(":status", "200"), new("content-type", "application/json")], Body = new Recording().Keep(bytes) }, bytes);
    }
}
