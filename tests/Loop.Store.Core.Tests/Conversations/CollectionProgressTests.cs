using Loop.Store.Core.Conversations;
using Xunit;

namespace Loop.Store.Core.Tests.Conversations;

/// <summary>When a conversation is sealed.</summary>
public sealed class CollectionProgressTests
{
    private static readonly DateTimeOffset Kept = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly CollectionTimes Times = new(TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10));

    private readonly CollectionProgress _progress = new(Times, Kept);

    [Fact]
    public void Seal_WithoutAnythingOwed_IsAfterTheQuietTime()
    {
        _progress.Asked(["a"]);
        _progress.Answered("a", 0, After(1));
        _progress.Arrived(After(2));
        Assert.Equal(TimeSpan.FromSeconds(4), _progress.NextCheck(After(2)));
        Assert.Null(_progress.ReasonToSeal(After(5.999)));
        Assert.Equal("quiet", _progress.ReasonToSeal(After(6)));
    }

    [Fact]
    public void Seal_WithAnUnansweredNode_Waits()
    {
        _progress.Asked(["a", "b"]);
        _progress.Answered("a", 0, After(1));
        Assert.Null(_progress.ReasonToSeal(After(60)));
        _progress.Lost("b");
        Assert.Equal("quiet", _progress.ReasonToSeal(After(60)));
    }

    [Fact]
    public void Seal_WithOpenExchanges_WaitsUntilTheTimeLimit()
    {
        _progress.Answered("a", 2, After(1));
        Assert.Equal(2, _progress.StillOpen);
        Assert.Null(_progress.ReasonToSeal(After(299)));
        Assert.Equal(TimeSpan.FromSeconds(1), _progress.NextCheck(After(299)));
        Assert.Equal("time limit", _progress.ReasonToSeal(After(300)));
    }

    [Fact]
    public void OpenCount_FallingToZero_StartsTheQuietTimeAnew()
    {
        _progress.Answered("a", 1, After(1));
        _progress.OpenChanged("a", 0, After(30));
        Assert.Null(_progress.ReasonToSeal(After(33)));
        Assert.Equal("quiet", _progress.ReasonToSeal(After(34)));
    }

    [Fact]
    public void Resumed_WhenANodeDoesNotComeBack_IsSealedAfterTheGrace()
    {
        _progress.Resumed(["a", "b"], After(20));
        _progress.Answered("a", 0, After(21));
        Assert.Empty(_progress.GiveUp(After(29)));
        Assert.Null(_progress.ReasonToSeal(After(29)));
        Assert.Equal(TimeSpan.FromSeconds(1), _progress.NextCheck(After(29)));
        Assert.Equal(["b"], _progress.GiveUp(After(30)));
        Assert.Equal("store restarted", _progress.ReasonToSeal(After(30)));
    }

    [Fact]
    public void Resumed_LongAfterTheTimeLimit_StillGivesNodesTheirTime()
    {
        _progress.Resumed([], After(1_000));
        Assert.Null(_progress.ReasonToSeal(After(1_009)));
        Assert.Equal(TimeSpan.FromSeconds(1), _progress.NextCheck(After(1_009)));
        Assert.Equal("quiet", _progress.ReasonToSeal(After(1_010)));
    }

    [Fact]
    public void Node_ThatOwesNothing_IsNotMissed()
    {
        _progress.Answered("a", 0, After(1));
        _progress.Answered("b", 1, After(1));
        Assert.False(_progress.Owes("a"));
        Assert.True(_progress.Owes("b"));
    }

    private static DateTimeOffset After(double seconds) => Kept.AddSeconds(seconds);
}
