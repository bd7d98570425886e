using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Tests.StandIns;

public sealed class StandInScriptTests
{
    [Fact]
    public void Take_RepeatedCallsWithOtherAnswers_AreAnsweredInRecordedOrder()
    {
        StandInScript script = Script.Of(Script.Recorded("second", "2", from: 20, to: 30), Script.Recorded("first", "1"), Script.Recorded("third", "3", from: 40, to: 50));
        Assert.Equal(["1", "2", "3", "miss"], Enumerable.Range(0, 4).Select(_ => Script.Answer(script.Take(Script.Live()))));
        Assert.Empty(script.Unused);
    }

    [Fact]
    public void Take_TheSameCallOfAnotherHop_IsAnsweredByItsOwnRecording()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "for 1", callerHop: "web-1"), Script.Recorded("b", "for 2", callerHop: "web-2"));
        Assert.Equal("for 2", Script.Answer(script.Take(Script.Live(callerHop: "web-2"))));
        Assert.Equal("miss", Script.Answer(script.Take(Script.Live(callerHop: "web-2"))));
        Assert.Equal("for 1", Script.Answer(script.Take(Script.Live(callerHop: "web-1"))));
    }

    [Fact]
    public void Take_ParallelEqualCallsWithOtherAnswers_AreAmbiguous()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1", from: 0, to: 10), Script.Recorded("b", "2", from: 5, to: 15));
        CallMatch.Answered first = Assert.IsType<CallMatch.Answered>(script.Take(Script.Live()));
        CallMatch.Answered second = Assert.IsType<CallMatch.Answered>(script.Take(Script.Live()));
        Assert.Equal("a and b are equal calls, were made at the same time and answered differently", first.Ambiguity);
        Assert.NotNull(second.Ambiguity);
    }

    [Fact]
    public void Take_ParallelEqualCallsWithEqualAnswers_AreNotAmbiguous()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1", from: 0, to: 10), Script.Recorded("b", "1", from: 5, to: 15));
        Assert.All(Enumerable.Range(0, 2), _ => Assert.Null(Assert.IsType<CallMatch.Answered>(script.Take(Script.Live())).Ambiguity));
    }

    [Fact]
    public void Take_CallsOneAfterTheOther_AreNotAmbiguous()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1", from: 0, to: 10), Script.Recorded("b", "2", from: 10, to: 15));
        Assert.Null(Assert.IsType<CallMatch.Answered>(script.Take(Script.Live())).Ambiguity);
    }

    [Fact]
    public void Take_WithoutTraceContext_TheHopBeingServedIsTheCaller()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "for 1", callerHop: "web-1"), Script.Recorded("b", "for 2", callerHop: "web-2"));
        CallMatch.Answered match = Assert.IsType<CallMatch.Answered>(script.Take(Script.Live(callerHop: null, open: "web-2")));
        Assert.Equal(("b", null), (match.Call.HopId, match.Ambiguity));
    }

    [Fact]
    public void Take_WithoutTraceContextAndSeveralHopsServed_IsAmbiguousToTheLast()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "for 1", callerHop: "web-1"), Script.Recorded("b", "for 2", callerHop: "web-2", from: 20, to: 30));
        LiveCall live = Script.Live(callerHop: null, open: ["web-1", "web-2"]);
        Assert.Equal("web passed no trace context on; the call is a or b, which were answered differently", Assert.IsType<CallMatch.Answered>(script.Take(live)).Ambiguity);
        // The first was a guess: if it was b, this one is a.
        Assert.NotNull(Assert.IsType<CallMatch.Answered>(script.Take(live)).Ambiguity);
    }

    [Fact]
    public void Take_AfterAGuess_CallsThatNameTheirHopAreAmbiguousToo()
    {
        StandInScript script = Script.Of(Script.Recorded("a1", "1", from: 10, to: 15), Script.Recorded("a2", "2", from: 20, to: 30), Script.Recorded("b", "1", callerHop: "web-2"));
        Assert.IsType<CallMatch.Answered>(script.Take(Script.Live(callerHop: null, open: ["web-1", "web-2"])));
        Assert.Equal("web passed no trace context on with an equal call before; the call is a1 or a2, which were answered differently", Assert.IsType<CallMatch.Answered>(script.Take(Script.Live())).Ambiguity);
    }

    [Fact]
    public void Take_AHopThatIsNotInDoubt_IsCertain()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1"), Script.Recorded("b", "2", callerHop: "web-2"), Script.Recorded("c1", "3", callerHop: "web-3"), Script.Recorded("c2", "4", callerHop: "web-3", from: 20, to: 30));
        Assert.NotNull(Assert.IsType<CallMatch.Answered>(script.Take(Script.Live(callerHop: null, open: ["web-1", "web-2"]))).Ambiguity);
        Assert.Null(Assert.IsType<CallMatch.Answered>(script.Take(Script.Live(callerHop: "web-3"))).Ambiguity);
        Assert.Null(Assert.IsType<CallMatch.Answered>(script.Take(Script.Live(callerHop: "web-3"))).Ambiguity);
    }

    [Fact]
    public void Take_WithoutTraceContext_AHopThatEndedMayHaveMadeItToo()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1"), Script.Recorded("b", "2", callerHop: "web-2"));
        LiveCall live = Script.Live(callerHop: null, open: "web-2") with { EndedHops = ["web-1"] };
        Assert.Equal("web passed no trace context on; the call is b or a, which were answered differently", Assert.IsType<CallMatch.Answered>(script.Take(live)).Ambiguity);
    }

    [Fact]
    public void Take_CallsOfNoLengthAtTheSameMoment_AreAmbiguous()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1", from: 5, to: 5), Script.Recorded("b", "2", from: 5, to: 5));
        Assert.NotNull(Assert.IsType<CallMatch.Answered>(script.Take(Script.Live())).Ambiguity);
    }

    [Fact]
    public void Miss_NamesTheNearestThreeAndWhatDiffers()
    {
        StandInScript script = Script.Of(
            Script.Recorded("other service", "1", "GET stock /items"),
            Script.Recorded("other path", "2", "POST payments /refund"),
            Script.Recorded("other amount", "3", body: """{"amount":12.50,"currency":"EUR"}"""),
            Script.Recorded("other query", "4", "POST payments /charge?dry=1"));
        CallMatch.Miss miss = Assert.IsType<CallMatch.Miss>(script.Take(Script.Live(body: """{"amount":12.5,"currency":"EUR"}""")));
        Assert.Equal("no such call was recorded", miss.Why);
        Assert.Equal(["other amount", "other query", "other path"], miss.Candidates.Select(candidate => candidate.Call.HopId));
        Assert.Equal([new FieldDifference("body $.amount", "12.50", "12.5")], miss.Candidates[0].Differences);
        Assert.Equal(4, script.Unused.Count);
    }

    [Fact]
    public void Miss_WithOneCallOfTheSameRouteLeft_IsThatCallChanged()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1"), Script.Recorded("b", "2", "POST payments /refund"));
        Assert.Equal("a", Assert.IsType<CallMatch.Miss>(script.Take(Script.Live(body: "{}"))).ChangedFrom?.Call.HopId);
    }

    [Fact]
    public void Miss_WithSeveralCallsOfTheSameRouteLeft_IsNoChangeOfAny()
    {
        StandInScript script = Script.Of(Script.Recorded("a", "1"), Script.Recorded("b", "2", body: "[]"));
        Assert.Null(Assert.IsType<CallMatch.Miss>(script.Take(Script.Live(body: "{}"))).ChangedFrom);
    }

    [Theory]
    [InlineData(1, "it was recorded once, and that answer was given already")]
    [InlineData(2, "it was recorded 2 times, and these answers were given already")]
    public void Miss_AfterTheLastAnswer_SaysThatItIsUsedUp(int count, string why)
    {
        StandInScript script = Script.Of(Enumerable.Range(0, count).Select(ordinal => Script.Recorded($"{ordinal}", "1", from: ordinal * 10, to: (ordinal * 10) + 5)));
        for (int taken = 0; taken < count; taken++)
            Assert.IsType<CallMatch.Answered>(script.Take(Script.Live()));
        Assert.Equal(why, Assert.IsType<CallMatch.Miss>(script.Take(Script.Live())).Why);
    }

    [Fact]
    public void Take_FromManyThreads_GivesEachAnswerOnce()
    {
        StandInScript script = Script.Of(Enumerable.Range(0, 500).Select(ordinal => Script.Recorded($"{ordinal}", $"{ordinal}", from: ordinal * 10, to: (ordinal * 10) + 5)));
        string[] answers = new string[600];
        Parallel.For(0, answers.Length, index => answers[index] = Script.Answer(script.Take(Script.Live())));
        Assert.Equal(100, answers.Count(answer => answer == "miss"));
        Assert.Equal(500, answers.Where(answer => answer != "miss").Distinct().Count());
    }
}
