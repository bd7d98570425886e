using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Tests.WhatIfs;

public sealed class FaultTextTests
{
    [Fact]
    public void Parse_EachWayToNameCalls_IsRead()
    {
        Assert.Equal(new CallName("payments", null, null, null), Read("payments reset").Call);
        Assert.Equal(new CallName("payments", null, null, 2), Read("payments#2 reset").Call);
        Assert.Equal(new CallName("payments", null, null, 2), Read("payments #2 reset").Call);
        Assert.Equal(new CallName("payments", "POST", "/charge", null), Read("payments POST /charge?card=1 reset").Call);
        Assert.Equal(new CallName("payments", "POST", "/charge", 12), Read("payments POST /charge#12 reset").Call);
        // As reports print it.
        Assert.Equal(new CallName("payments", "POST", "/charge", 1), Read("payments POST /charge #1 reset").Call);
        Assert.Equal(new CallName("3", null, null, null), Read("3 reset").Call);
    }

    [Fact]
    public void Parse_EachEffect_IsRead()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), Read("payments delay=3s").Fault.Delay);
        Assert.Equal(TimeSpan.FromMilliseconds(250), Read("payments delay=250ms").Fault.Delay);
        Assert.Equal(TimeSpan.FromSeconds(90), Read("payments delay=1.5m").Fault.Delay);
        Assert.Equal((503, null), (Read("payments status=503").Fault.Status, Read("payments status=503").Fault.Body));
        Assert.Equal((503, """{"a": "b  c"}"""), (Read("""payments status=503 body={"a": "b  c"}""").Fault.Status, Read("""payments status=503 body={"a": "b  c"}""").Fault.Body));
        Assert.True(Read("payments reset").Fault.Resets);
        Assert.Equal(0, Read("payments truncate=0").Fault.TruncateBytes);
        Assert.Equal((TimeSpan.FromSeconds(1), 100), (Read("payments delay=1s truncate=100").Fault.Delay, Read("payments delay=1s truncate=100").Fault.TruncateBytes));
    }

    [Theory]
    [InlineData("", "names no call")]
    [InlineData("  ", "names no call")]
    [InlineData("#2 reset", "names no call")]
    [InlineData("payments", "does not say what happens to payments")]
    [InlineData("payments POST /charge", "does not say what happens to payments POST /charge")]
    [InlineData("payments#2", "does not say what happens to payments#2")]
    [InlineData("payments dealy=3s", "'dealy=3s' is no fault; did you mean delay?")]
    [InlineData("payments resets", "did you mean reset?")]
    [InlineData("payments reset=1", "'reset=1' is no fault")]
    [InlineData("payments delay=3", "'3' is no delay")]
    [InlineData("payments delay=-3s", "is no delay")]
    [InlineData("payments delay=0s", "is no delay")]
    [InlineData("payments delay=1h", "is no delay")]
    [InlineData("payments delay=6m", "is no delay from 1ms to 5m")]
    [InlineData("payments delay=s", "is no delay")]
    [InlineData("payments status=99", "'99' is no status from 200 to 599")]
    [InlineData("payments status=101", "is no status")]
    [InlineData("payments status=", "is no status")]
    [InlineData("payments truncate=-1", "'-1' is no number of bytes")]
    [InlineData("payments truncate=99999999999", "is no number of bytes")]
    [InlineData("payments body=x", "body= goes with status=")]
    [InlineData("payments reset body=x", "body= goes with status=")]
    [InlineData("payments reset status=503", "an answer ends in one way")]
    [InlineData("payments truncate=1 reset", "an answer ends in one way")]
    [InlineData("payments delay=1s delay=2s", "delay is said twice")]
    public void Parse_BadInput_IsRefusedWithWhy(string text, string why)
    {
        Assert.False(FaultText.TryParse(text, out _, out string? wrong));
        Assert.Contains(why, wrong, StringComparison.Ordinal);
    }

    private static FaultText Read(string text)
    {
        Assert.True(FaultText.TryParse(text, out FaultText? fault, out string? wrong), wrong);
        Assert.Equal(text.Trim(), fault.Fault.Text);
        return fault;
    }
}
