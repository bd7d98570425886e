using Loop.Contracts.Conversations;
using Xunit;

namespace Loop.Contracts.Tests;

/// <summary>How a wrong value is named.</summary>
public sealed class AssertionTextTests
{
    [Theory]
    [InlineData("2 response $.total", "2", "$.total", 1)]
    [InlineData("payments  response   $.items[0]['a b'].x", "payments", "$.items[0]['a b'].x", 4)]
    [InlineData("h1 response $", "h1", "$", 0)]
    public void TryParse_HopAndPath_AreRead(string text, string hop, string path, int steps)
    {
        Assert.True(AssertionText.TryParse(text, out AssertionText? assertion, out string? fault));
        Assert.Null(fault);
        Assert.Equal((hop, path, steps), (assertion.Hop, assertion.Path.ToString(), assertion.Path.Steps.Count));
    }

    [Theory]
    [InlineData("", "'' is not HOP response $.path")]
    [InlineData("2 $.total", "'2 $.total' is not HOP response $.path")]
    [InlineData("2 request $.total", "'2 request $.total' is not HOP response $.path")]
    [InlineData("2 response total", "'total' is not a path such as $.items[0].total")]
    [InlineData("2 response $.total\n", null)]
    [InlineData("2 response $..total", "'$..total' is not a path such as $.items[0].total")]
    [InlineData("2 response $.items[-1]", "'$.items[-1]' is not a path such as $.items[0].total")]
    public void TryParse_AnotherForm_SaysWhatIsWrong(string text, string? expected)
    {
        // White space at the ends is a matter of the shell.
        Assert.Equal(expected is null, AssertionText.TryParse(text, out _, out string? fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void TryParse_LongerThanAnEventShouldHold_IsRefused()
    {
        Assert.False(AssertionText.TryParse("2 response $." + new string('a', AssertionText.MaxLength), out _, out string? fault));
        Assert.Contains("500", fault, StringComparison.Ordinal);
    }
}
