using Loop.Contracts.Replays;
using Loop.Replayer.Core.Calls;

namespace Loop.Replayer.Tests;

public sealed class CallOrderTests
{
    [Theory]
    [InlineData(0, 10, 11, 20, 0, 10, 11, 20, false)]
    [InlineData(0, 10, 11, 20, 0, 10, 10, 20, false)]
    [InlineData(0, 10, 11, 20, 0, 10, 9, 20, true)]
    [InlineData(0, 10, 11, 20, 30, 40, 11, 20, true)]
    [InlineData(0, 10, 10, 20, 30, 40, 11, 20, false)]
    [InlineData(0, 10, 5, 20, 30, 40, 11, 20, false)]
    public void Compare_TwoCalls_DifferOnlyWhereTheRecordingOrderedThem(int a, int aEnd, int b, int bEnd, int a2, int a2End, int b2, int b2End, bool differs)
    {
        IReadOnlyList<Divergence> found = CallOrder.Compare([Pair("A", "web", Span(a, aEnd), Span(a2, a2End)), Pair("B", "web", Span(b, bEnd), Span(b2, b2End))]);

        Assert.Equal(differs ? [new Divergence("B", "call order", "after A", "before A had ended")] : [], found);
    }

    [Fact]
    public void Compare_OtherCallers_HaveNoOrder() =>
        Assert.Empty(CallOrder.Compare([Pair("A", "web", Span(0, 10), Span(30, 40)), Pair("B", "cart", Span(11, 20), Span(11, 20))]));

    [Fact]
    public void Compare_NeverEnded_OrdersNothingAndIsOvertaken()
    {
        CallSpan open = new(TimeSpan.Zero, null);
        Assert.Empty(CallOrder.Compare([Pair("A", "web", open, Span(30, 40)), Pair("B", "web", Span(11, 20), Span(11, 20))]));
        Assert.Single(CallOrder.Compare([Pair("A", "web", Span(0, 10), open), Pair("B", "web", Span(11, 20), Span(11, 20))]));
    }

    private static CallSpan Span(int begin, int end) => new(TimeSpan.FromMilliseconds(begin), TimeSpan.FromMilliseconds(end));

    private static TimedPair Pair(string label, string caller, CallSpan recorded, CallSpan replayed) => new(caller, label, recorded, replayed);
}
