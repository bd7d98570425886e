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

    private static CallTrouble? Of(LiveCall live, params RecordedCall[] recorded) =>
        CallTroubles.Of(live, Script.Of(recorded).Take(live), TimeSpan.FromSeconds(1), isBackground: false);
}
