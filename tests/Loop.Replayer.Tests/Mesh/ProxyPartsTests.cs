using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Mesh;

public sealed class ProxyPartsTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public void Of_TimeLimitOfTheCallersProxy_IsPlayedWithItsAnswer()
    {
        ProxyPart part = Part([View(ExchangeView.Client, 504, 1000, flag: "UT"), View(ExchangeView.Server, null, 1003, by: BrokenOffBy.Client)])!;

        Assert.Equal((OneSecond, "504", 0), (part.Limit, part.LimitAnswer!.Part.Header(":status"), part.Attempts.Count));
        Assert.Equal(ProxyParts.ShortestWatch, part.Watch);
    }

    [Fact]
    public void Of_LongLimit_IsWatchedAsLongAgain() => Assert.Equal(TimeSpan.FromSeconds(7), Part([View(ExchangeView.Client, 504, 7000, flag: "UT")])!.Watch);

    [Fact]
    public void Of_HopThatIsNotJudged_IsResetAtTheLimit() => Assert.Equal(TimeSpan.Zero, Part([View(ExchangeView.Client, 504, 5000, flag: "UT")], isJudged: false)!.Watch);

    [Fact]
    public void Of_LimitWithinTheBody_HasNoAnswerInstead()
    {
        Exchange broken = View(ExchangeView.Client, 200, 1000, flag: "UT") with { End = ExchangeEnd.BrokenOff, BrokenOffBy = BrokenOffBy.Upstream };

        Assert.Equal((OneSecond, null), (Part([broken])!.Limit, Part([broken])!.LimitAnswer));
    }

    [Fact]
    public void Of_OrdinaryCall_IsNothing() => Assert.Null(Part([View(ExchangeView.Client, 500, 10), View(ExchangeView.Server, 500, 9)]));

    [Fact]
    public void Of_TriesOfWhichAllWereSeen_TriesAgainAfterWhatTheyEndedWith()
    {
        ProxyPart part = Part([View(ExchangeView.Client, 200, 60), View(ExchangeView.Server, 503, 10), View(ExchangeView.Server, 200, 10, at: 35)], attempts: 2)!;

        Assert.Equal(TimeSpan.FromMilliseconds(25), part.Attempts[0].Pause);
        Assert.True(part.TriesAgain(0, Answered(503)));
        Assert.False(part.TriesAgain(1, Answered(503)));
        Assert.False(part.TriesAgain(0, Answered(500)));
        Assert.False(part.TriesAgain(0, Answered(200)));
        Assert.False(part.TriesAgain(0, new Answer { Outcome = AnswerOutcome.HeadersReset }));
        Assert.Null(part.TryLimit);
    }

    [Fact]
    public void Of_TriesThatNobodySaw_TriesAgainAfterAnyFailure()
    {
        ProxyPart part = Part([View(ExchangeView.Client, 503, 60)], attempts: 3)!;

        Assert.True(part.TriesAgain(1, Answered(500)));
        Assert.False(part.TriesAgain(2, Answered(500)));
        Assert.False(part.TriesAgain(0, Answered(404)));
    }

    [Fact]
    public void Of_TryThatTheProxyLeft_IsLeftAtThatTime()
    {
        ProxyPart part = Part([View(ExchangeView.Client, 200, 300), View(ExchangeView.Server, null, 250, by: BrokenOffBy.Client), View(ExchangeView.Server, 200, 10, at: 275)], attempts: 2)!;

        Assert.Equal(TimeSpan.FromMilliseconds(250), part.TryLimit);
        Assert.True(part.TriesAgain(0, Answered(504) with { EndedByProxy = true }));
        Assert.False(part.TriesAgain(0, Answered(504)));
    }

    [Fact]
    public void AttemptOf_View_IsItsPlaceAmongTheTries()
    {
        PlannedCall call = Call([View(ExchangeView.Client, 200, 60), View(ExchangeView.Server, 503, 10), View(ExchangeView.Server, 200, 10, at: 35)], 2);

        Assert.Equal((null, 0, 1), (ProxyParts.AttemptOf(call, call.Views[0]), ProxyParts.AttemptOf(call, call.Views[1]), ProxyParts.AttemptOf(call, call.Views[2])));
        Assert.Equal(0, ProxyParts.AttemptOf(call, call.Answer));
    }

    private static ProxyPart? Part(Exchange[] views, bool isJudged = true, int attempts = 1) => ProxyParts.Of(Call(views, attempts), isJudged, _ => []);

    private static PlannedCall Call(Exchange[] views, int attempts)
    {
        Recording recording = new();
        recording.Hop("orders", "GET", "/", 200, "{}");
        return new PlannedCall(recording.Detail.Hops[0] with { Attempts = attempts }, "orders GET / #1", views);
    }

    private static Exchange View(ExchangeView view, int? status, int milliseconds, int at = 0, string? flag = null, BrokenOffBy by = BrokenOffBy.None)
    {
        // Each view has an id of its own.
        Exchange exchange = new Recording().Exchange(at + (view is ExchangeView.Client ? 0 : 1), "orders", view, "GET", "/", status, "{}");
        return exchange with
        {
            StartedAt = Recording.Start.AddMilliseconds(at),
            Duration = TimeSpan.FromMilliseconds(milliseconds),
            ResponseCodeDetails = flag is null ? "via_upstream" : "response_timeout",
            ResponseFlags = flag is null ? [] : [flag],
            End = status is null ? ExchangeEnd.BrokenOff : ExchangeEnd.Complete,
            BrokenOffBy = by,
        };
    }

    private static Answer Answered(int status) => new() { Outcome = AnswerOutcome.Answered, Status = status };
}
