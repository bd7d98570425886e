using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.Adversarial.OracleClient;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>A call that was not recorded is refused, and the refusal says what comes nearest.</summary>
public sealed class MissTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Miss_NamesTheThreeNearestAndWhatDiffers(bool isHttp2)
    {
        await using StandInRig rig = await StandInRig.Start(
            Recorded("another path", request: "POST /refund?a=1"),
            Recorded("another method", request: "PUT /charge?a=1", at: 1),
            Recorded("another query", request: "POST /charge?a=2", at: 2),
            Recorded("another body", request: "POST /charge?a=1", at: 3, body: """{"amount":12.50,"to":["x"]}"""));
        using OracleClient client = new(rig, isHttp2);

        using HttpResponseMessage? response = await client.Call("none", request: "POST /charge?a=1", body: """{"amount":12.5,"to":["y"]}""");

        ServedCall miss = Assert.Single(await client.NoWrongAnswer());
        Assert.True(response?.Headers.Contains("x-loop-miss"));
        Assert.Equal("no such call was recorded", miss.Miss);
        Assert.Equal(3, miss.Candidates.Count);
        Assert.EndsWith("#another body", miss.Candidates[0].Label, StringComparison.Ordinal);
        Assert.Equal([new FieldDifference("body $.amount", "12.50", "12.5"), new FieldDifference("body $.to[0]", "\"x\"", "\"y\"")], miss.Candidates[0].Differences);
        Assert.EndsWith("#another query", miss.Candidates[1].Label, StringComparison.Ordinal);
        Assert.Equal(new FieldDifference("query", "a=2", "a=1"), miss.Candidates[1].Differences[0]);
        Assert.Contains(miss.Candidates[2].Differences, difference => difference.Field is "path" or "method");
    }

    [Fact]
    public async Task Miss_UnderAnotherRequest_SaysSo()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("a", "web-1"), Recorded("b", "web-2", request: "POST /other"));
        using OracleClient client = new(rig);

        await client.Call("none", callerHop: "web-2");

        ServedCall miss = Assert.Single(await client.NoWrongAnswer());
        Assert.Equal(("it was recorded, but made while another request was served", null), (miss.Miss, miss.ChangedFrom));
    }
}
