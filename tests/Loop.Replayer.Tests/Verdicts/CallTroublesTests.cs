using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.StandIns;

namespace Loop.Replayer.Tests.Verdicts;

public sealed class CallTroublesTests
{
    [Fact]
    public void Of_RecordedCall_IsNoTrouble() => Assert.Null(Of(Script.Live(), Script.Recorded("charge-1", "1")));

    [Fact]
    public void Of_ChangedCall_HasOnePartnerWithItsFields()
    {
        CallTrouble trouble = Of(Script.Live(body: """{"amount":13.00}"""), Script.Recorded("charge-1", "1"))!;

        Assert.Equal((TroubleKind.Miss, "web", "POST payments/charge"), (trouble.Kind, trouble.Caller, trouble.Call));
        RecordedPartner partner = Assert.Single(trouble.Partners);
        Assert.Equal("payments", partner.Callee);
        Assert.Equal(["body $.amount: 12.50 → 13.00"], partner.Fields);
    }

    [Fact]
    public void Of_TwoThatItMayBe_IsAMissThatNamesTheNearest()
    {
        CallTrouble trouble = Of(Script.Live(body: """{"amount":13.00}"""), Script.Recorded("charge-1", "1"), Script.Recorded("charge-2", "2", from: 20, to: 30))!;

        Assert.Empty(trouble.Partners);
        Assert.Contains("nearest is charge-1, which differs in body $.amount", trouble.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OverlappingEqualCallsWithOtherAnswers_IsAmbiguous() =>
        Assert.Equal(TroubleKind.Ambiguous, Of(Script.Live(), Script.Recorded("charge-1", "1"), Script.Recorded("charge-2", "2"))!.Kind);

    private static CallTrouble? Of(LiveCall live, params RecordedCall[] recorded)
    {
        DateTimeOffset start = DateTimeOffset.UnixEpoch;
        HeaderField[] headers = [new(":method", live.Identity.Method), new(":authority", live.Identity.Authority), new(":path", live.Identity.Target)];
        ServedCall served = new()
        {
            Caller = live.Caller,
            StartedAt = start.AddSeconds(1),
            EndedAt = start.AddSeconds(2),
            Request = new Message(new HttpMessagePart { Headers = headers, Body = BodyInfo.Empty }, ReadOnlyMemory<byte>.Empty),
            RequestBodyBytes = 0,
        };
        return CallTroubles.Of(served.With(Script.Of(recorded).Take(live)), start);
    }
}
