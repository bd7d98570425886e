using Loop.Contracts.Conversations;
using Loop.Store.Controls;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;

namespace Loop.Store.Tests.Controls;

/// <summary>When a control is looked for, and whom it serves.</summary>
public sealed class ControlBookTests
{
    private const string Route = "web/server GET /";

    private readonly FakeTimeProvider _time = new(Start);

    private ControlBook Book => field ??= new ControlBook(Options.Create(new ControlOptions()), _time);

    [Fact]
    public void Want_InAStormOfOneRoute_AsksOnceAndServesAll()
    {
        ControlAnswer[] answers = [.. Enumerable.Range(1, 500).Select(number => Book.Want(Route, Id(number)))];
        Assert.True(answers[0].MustAsk);
        Assert.All(answers[1..], answer => Assert.Equal(new ControlAnswer(null, MustAsk: false), answer));
        Assert.Equal(Enumerable.Range(1, 500).Select(Id).ToHashSet(), Book.Serve(Route, Id(1_000), _time.GetUtcNow()).ToHashSet());
        Assert.Equal(new ControlAnswer(Id(1_000), MustAsk: false), Book.Want(Route, Id(501)));
        Assert.True(Book.Want("web/server GET /other", Id(502)).MustAsk);
    }

    [Fact]
    public void Want_AfterThePeriod_AsksForAFreshOne()
    {
        Book.Want(Route, Id(1));
        Book.Serve(Route, Id(1_000), _time.GetUtcNow());
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(Id(1_000), Book.Want(Route, Id(2)).Control);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new ControlAnswer(null, MustAsk: true), Book.Want(Route, Id(3)));
        Assert.Equal([Id(3)], Book.Serve(Route, Id(1_001), _time.GetUtcNow()));
    }

    [Fact]
    public void Want_WhileThereIsNone_AsksAgainAfterAMinute()
    {
        Assert.True(Book.Want(Route, Id(1)).MustAsk);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(Book.Want(Route, Id(2)).MustAsk);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Book.Want(Route, Id(3)).MustAsk);
        Assert.Equal([Id(1), Id(2), Id(3)], Book.Serve(Route, Id(1_000), _time.GetUtcNow()).ToHashSet());
    }

    [Fact]
    public void Serve_WithAnOlderOne_KeepsTheNewer()
    {
        Book.Serve(Route, Id(2), _time.GetUtcNow());
        Book.Serve(Route, Id(1), _time.GetUtcNow() - TimeSpan.FromMinutes(5));
        Assert.Equal(Id(2), Book.Want(Route, Id(3)).Control);
    }

    [Fact]
    public void Want_OfMoreRoutesThanItHolds_ForgetsTheOldest()
    {
        for (int number = 0; number < 10_000; number++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(Book.Want($"route {number}", Id(1)).MustAsk);
        }

        Assert.False(Book.Want("route 9999", Id(1)).MustAsk);
        Assert.True(Book.Want("route 0", Id(1)).MustAsk);
    }

    private static ConversationId Id(int number) => ConversationId.From(Trace(number), 1);
}
