using CsCheck;
using Loop.Replayer.Core.Gates;

namespace Loop.Replayer.Tests.Gates;

public sealed class AnswerGateTests
{
    private static readonly TimeSpan Patience = Seconds(2);

    [Fact]
    public void Answer_AfterAllThatEndedBefore_MayGo()
    {
        AnswerGate gate = Gate(Call("first", 0, 3), Call("second", 1, 5), Call("parallel", 1, 9));
        gate.Begin("second", Seconds(1));
        gate.Begin("first", Seconds(1));
        Assert.Equal(["first"], gate.Ask("second", Seconds(2)).Awaited);
        Assert.True(gate.Ask("first", Seconds(2)).IsOpen);
        gate.Answered("first");
        GateDecision second = gate.Ask("second", Seconds(2));
        Assert.True(second.IsOpen);
        Assert.Empty(second.Awaited);
    }

    [Fact]
    public void Answer_OfACallGivenUp_IsNotWaitedFor()
    {
        AnswerGate gate = Gate(Call("first", 0, 3), Call("second", 1, 5));
        gate.Begin("second", Seconds(1));
        Assert.False(gate.Ask("second", Seconds(1)).IsOpen);
        gate.GiveUp("first");
        Assert.True(gate.Ask("second", Seconds(1)).IsOpen);
    }

    [Fact]
    public void Call_ThatIsNeverMade_IsWaitedForUntilPatienceEnds()
    {
        AnswerGate gate = Gate(Call("never", 0, 3), Call("second", 1, 5));
        gate.Begin("second", Seconds(10));
        // Due after its own four seconds, late after two more.
        Assert.Equal(Seconds(16), gate.Ask("second", Seconds(10)).AskAgainAt);
        Assert.False(gate.Ask("second", Seconds(15.9)).IsOpen);
        GateDecision late = gate.Ask("second", Seconds(16));
        Assert.True(late.IsOpen);
        Assert.Equal(["never"], late.Awaited);
    }

    [Fact]
    public void Call_ThatIsBegun_IsWaitedForAsLongAsItTook()
    {
        AnswerGate gate = Gate(Call("slow", 0, 30), Call("quick", 29, 31));
        gate.Begin("slow", Seconds(0));
        gate.Begin("quick", Seconds(1));
        Assert.Equal(Seconds(32), gate.Ask("quick", Seconds(1)).AskAgainAt);
        Assert.False(gate.Ask("quick", Seconds(31)).IsOpen);
    }

    [Fact]
    public void Call_OfARecordedCaller_IsNotWaitedFor()
    {
        AnswerGate gate = new([Call("other", 0, 3) with { Caller = "stock" }, Call("second", 1, 5)], new HashSet<string> { "web" }, Patience);
        Assert.True(gate.Ask("second", Seconds(1)).IsOpen);
    }

    [Fact]
    public void Call_WithoutARecordedEnd_HoldsNothingUpAndComesLast()
    {
        AnswerGate gate = Gate(Call("open", 0, null), Call("second", 1, 5));
        Assert.True(gate.Ask("second", Seconds(1)).IsOpen);
        Assert.Equal(["second"], gate.Ask("open", Seconds(1)).Awaited);
    }

    [Fact]
    public void Delay_IsTheRecordedOne()
    {
        AnswerGate gate = Gate(Call("first", 1, 3), Call("open", 1, null));
        Assert.Equal(Seconds(2), gate.DelayOf("first"));
        Assert.Null(gate.DelayOf("open"));
        Assert.Null(gate.DelayOf("unknown"));
        Assert.True(gate.Ask("unknown", Seconds(0)).IsOpen);
    }

    [Fact]
    public async Task Changed_EndsWhenItIsWorthAskingAgain()
    {
        AnswerGate gate = Gate(Call("first", 0, 3), Call("second", 1, 5));
        Task changed = gate.Changed;
        Assert.False(changed.IsCompleted);
        gate.Answered("first");
        await changed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(gate.Changed.IsCompleted);
        Task second = gate.Changed;
        gate.Answered("first");
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void AnyCalls_WhenAllOthersAreAnsweredOrGivenUp_OpenAtOnce() => Calls.Sample(calls =>
    {
        foreach (GatedCall last in calls)
        {
            AnswerGate gate = Gate([.. calls]);
            foreach ((int index, GatedCall call) in calls.Index().Where(pair => pair.Item != last))
                (index % 2 == 0 ? (Action<string>)gate.Answered : gate.GiveUp)(call.HopId);
            Assert.True(gate.Ask(last.HopId, TimeSpan.Zero).IsOpen);
        }
    });

    [Fact]
    public void AnyCalls_AllBegun_AreAnsweredInRecordedOrderWithoutPatience() => Calls.Sample(calls =>
    {
        AnswerGate gate = Gate([.. calls]);
        foreach (GatedCall call in calls)
            gate.Begin(call.HopId, TimeSpan.Zero);
        List<GatedCall> left = [.. calls];
        List<GatedCall> answered = [];
        while (left.Count > 0)
        {
            List<GatedCall> open = left.FindAll(call => gate.Ask(call.HopId, TimeSpan.Zero).IsOpen);
            Assert.NotEmpty(open);
            Assert.All(open, call => Assert.DoesNotContain(left, other => other.EndedBefore(call)));
            gate.Answered(open[0].HopId);
            left.Remove(open[0]);
            answered.Add(open[0]);
        }

        Assert.Equal(answered.Select(call => call.EndedAt ?? TimeSpan.MaxValue).Order(), answered.Select(call => call.EndedAt ?? TimeSpan.MaxValue));
    });

    [Fact]
    public void AnyCalls_SomeOfThemNeverMade_AreAllAnsweredInTheEnd() => Gen.Select(Calls, Gen.Bool.Array[12]).Sample((calls, made) =>
    {
        AnswerGate gate = Gate([.. calls]);
        List<GatedCall> waiting = [.. calls.Where((_, index) => made[index % made.Length])];
        foreach (GatedCall call in waiting)
            gate.Begin(call.HopId, TimeSpan.Zero);
        // Nobody is answered by anybody: each opens by the time that it named itself.
        foreach (GatedCall call in waiting)
        {
            GateDecision decision = gate.Ask(call.HopId, TimeSpan.Zero);
            Assert.True(decision.IsOpen || gate.Ask(call.HopId, decision.AskAgainAt!.Value).IsOpen);
        }
    });

    [Fact]
    public void ManyThreads_NeverLoseAnAnswer()
    {
        GatedCall[] calls = [.. Enumerable.Range(0, 200).Select(index => Call($"c{index}", 0, index / 10))];
        AnswerGate gate = Gate(calls);
        foreach (GatedCall call in calls)
            gate.Begin(call.HopId, TimeSpan.Zero);
        Parallel.ForEach(calls, new ParallelOptions { MaxDegreeOfParallelism = 4 }, call =>
        {
            gate.Ask(call.HopId, TimeSpan.Zero);
            gate.Answered(call.HopId);
        });
        Assert.All(calls, call => Assert.True(gate.Ask(call.HopId, TimeSpan.Zero).IsOpen));
    }

    private static Gen<GatedCall[]> Calls => Gen.Select(Gen.Int[0, 10], Gen.Int[-1, 10]).Array[1, 8]
        .Select(spans => spans.Select((span, index) => Call($"c{index}", span.Item1, span.Item2 < 0 ? null : span.Item1 + span.Item2)).ToArray());

    private static AnswerGate Gate(params GatedCall[] calls) => new(calls, new HashSet<string> { "web" }, Patience);

    private static GatedCall Call(string hop, double begun, double? ended) =>
        new() { HopId = hop, Label = hop, Caller = "web", BegunAt = Seconds(begun), EndedAt = ended is { } end ? Seconds(end) : null };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
