using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Tests.StandIns.Script;

namespace Loop.Replayer.Tests.StandIns;

public sealed class AnswerAssignmentsTests
{
    [Fact]
    public void Of_CallsThatDoNotOverlap_NothingIsAmbiguous() =>
        Assert.Equal(("", false), Ways(Recorded("a #1", "1", to: 10), Recorded("a #2", "2", from: 20, to: 30)));

    [Fact]
    public void Of_EqualAnswers_NothingIsAmbiguous() => Assert.Equal(("", false), Ways(Recorded("a #1", "1"), Recorded("a #2", "1", from: 5)));

    [Fact]
    public void Of_TwoOverlappingCalls_HasTwoWays() =>
        Assert.Equal(("a #1,a #2; a #2,a #1", false), Ways(Recorded("a #1", "1"), Recorded("a #2", "2", from: 5, to: 15)));

    [Fact]
    public void Of_ThreeOverlappingCalls_HasSixWays_OrThreeWhenTwoAreAlike()
    {
        Assert.Equal(6, Ways(Recorded("a #1", "1"), Recorded("a #2", "2"), Recorded("a #3", "3")).Orders.Split("; ").Length);
        Assert.Equal(3, Ways(Recorded("a #1", "1"), Recorded("a #2", "2"), Recorded("a #3", "2")).Orders.Split("; ").Length);
    }

    [Fact]
    public void Of_CallThatEndedBeforeAnotherBegan_StaysBeforeIt() =>
        Assert.Equal(("a #1,a #2,a #3; a #1,a #3,a #2; a #2,a #1,a #3", false), Ways(Recorded("a #1", "1", from: 0, to: 10), Recorded("a #2", "2", from: 5, to: 30), Recorded("a #3", "3", from: 20, to: 25)));

    [Fact]
    public void Of_FourOverlappingCalls_IsTooMuch() =>
        Assert.Equal(("", true), Ways(Recorded("a #1", "1"), Recorded("a #2", "2"), Recorded("a #3", "3"), Recorded("a #4", "4")));

    [Fact]
    public void Of_SeveralGroups_MultiplyUpToSix()
    {
        RecordedCall[] first = [Recorded("a #1", "1"), Recorded("a #2", "2")];
        RecordedCall[] second = [Recorded("b #1", "1", "POST stock /b"), Recorded("b #2", "2", "POST stock /b")];
        RecordedCall[] third = [Recorded("c #1", "1", "POST stock /c"), Recorded("c #2", "2", "POST stock /c")];

        Assert.Equal(4, Ways([.. first, .. second]).Orders.Split("; ").Length);
        Assert.Equal(("", true), Ways([.. first, .. second, .. third]));
        Assert.Contains("a answered in the order #1, #2; b answered in the order #2, #1", AnswerAssignments.Of([.. first, .. second], Reader).Assignments.Select(one => one.Assignment.Name));
    }

    [Fact]
    public void Of_OtherCallers_AreNotMixed() => Assert.Equal(("", false), Ways(Recorded("a #1", "1"), Recorded("a #2", "2", callerHop: "web-2")));

    [Fact]
    public void Take_UnderAnAssignment_AnswersInItsOrderWithoutDoubt()
    {
        RecordedCall[] calls = [Recorded("a #1", "1"), Recorded("a #2", "2", from: 5, to: 15), Recorded("a #3", "3", from: 40, to: 50)];
        StandInScript script = new(calls, Reader, [["a #2", "a #1"]]);

        CallMatch[] matches = [script.Take(Live()), script.Take(Live()), script.Take(Live()), script.Take(Live())];

        Assert.Equal(["2", "1", "3", "miss"], matches.Select(Answer));
        Assert.All(matches.OfType<CallMatch.Answered>(), match => Assert.Null(match.Ambiguity));
    }

    [Fact]
    public void Take_WhatTheAssignmentDoesNotSettle_StaysAmbiguous()
    {
        RecordedCall[] calls = [Recorded("a #1", "1"), Recorded("a #2", "2"), Recorded("b #1", "1", "POST stock /b"), Recorded("b #2", "2", "POST stock /b")];
        StandInScript script = new(calls, Reader, [["a #2", "a #1"]]);

        Assert.NotNull(Assert.IsType<CallMatch.Answered>(script.Take(Live("POST stock /b"))).Ambiguity);
        Assert.Null(Assert.IsType<CallMatch.Answered>(script.Take(Live())).Ambiguity);
    }

    private static (string Orders, bool IsTooMany) Ways(params RecordedCall[] calls)
    {
        AssignmentSet set = AnswerAssignments.Of(calls, Reader);
        Assert.All(set.Assignments.Index(), one => Assert.Equal((one.Index + 1, set.Assignments.Count), (one.Item.Assignment.Number, one.Item.Assignment.Count)));
        return (string.Join("; ", set.Assignments.Select(one => string.Join(',', one.Orders.SelectMany(order => order))).Order(StringComparer.Ordinal)), set.IsTooMany);
    }
}
