using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.StandIns;

public sealed class RecordedCallsTests
{
    [Fact]
    public void Of_ARecordedCall_PlaysWhatItsCallerSaw()
    {
        RecordedCall call = Assert.Single(Of(exchange => exchange).Calls);
        Assert.Equal(("hop-2", "payments POST /charge #1", "hop-1", "web", "payments"), (call.HopId, call.Label, call.CallerHopId, call.Caller, call.Callee));
        Assert.Equal("""{"amount":1}""", System.Text.Encoding.UTF8.GetString(call.Request.Body.Span));
        Assert.Equal("""{"ok":true}""", System.Text.Encoding.UTF8.GetString(call.Answer!.Body.Span));
    }

    [Theory]
    [InlineData("request", "its request was not kept in full")]
    [InlineData("answer", "its answer was not kept in full")]
    [InlineData("open", "it was still open when it was collected")]
    [InlineData("upgraded", "a WebSocket or tunnel is a stream, which stand-ins do not play")]
    [InlineData("cut", "its end was not seen, because the capture node stopped")]
    [InlineData("body", "a body of it is missing in the pack")]
    public void Of_ACallThatIsNotWhole_IsAGap(string what, string why)
    {
        RecordedScript script = Of(
            exchange => what switch
            {
                "request" => exchange with { Request = Unkept(exchange.Request!) },
                "answer" => exchange with { Response = Truncated(exchange.Response!) },
                "open" => exchange with { End = ExchangeEnd.Open },
                "upgraded" => exchange with { End = ExchangeEnd.Upgraded },
                "cut" => exchange with { End = ExchangeEnd.BrokenOff, BrokenOffBy = BrokenOffBy.Capture },
                _ => exchange,
            },
            hasBodies: what != "body");
        Assert.Equal(why, Assert.Single(script.Calls).Gap);
        Assert.Equal([$"payments POST /charge #1: {why}"], script.Gaps);
    }

    [Fact]
    public void Of_ACallWhoseRequestWasNotKeptInFull_ComparesWhatWasKept()
    {
        RecordedScript script = Of(exchange => exchange with { Request = Truncated(exchange.Request!) });
        RecordedCall call = Assert.Single(script.Calls);
        Assert.Equal((null, """{"amount":1}"""), (call.Gap, System.Text.Encoding.UTF8.GetString(call.Request.Body.Span)));
        Assert.Empty(script.Gaps);
    }

    private static HttpMessagePart Unkept(HttpMessagePart part) => part with { Body = new BodyInfo { SizeBytes = part.Body.SizeBytes, Truncated = true } };

    private static HttpMessagePart Truncated(HttpMessagePart part) => part with { Body = part.Body with { Truncated = true } };

    private static RecordedScript Of(Func<Exchange, Exchange> change, bool hasBodies = true)
    {
        Recording recording = new();
        string web = recording.Hop("web", "POST", "/checkout", 500, "{}", source: "client");
        recording.Hop("payments", "POST", "/charge", 200, """{"ok":true}""", """{"amount":1}""", "web", web, change, ExchangeView.Client);
        LivePlan plan = LivePlan.Of(recording.Detail.Hops, recording.Exchanges, new HashSet<string> { "web" });
        return RecordedCalls.Of(plan.Answered, plan.Relayed, part => hasBodies ? recording.Bodies.GetValueOrDefault(part.Body.Sha256!) : null);
    }
}
