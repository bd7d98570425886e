using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Streams;
using Xunit;
using static Loop.Replayer.Tests.Streams.RecordedStream;

namespace Loop.Replayer.Tests.Streams;

public sealed class AnswerFlowTests
{
    [Fact]
    public void Messages_ThatTookTurns_FollowThoseThatTheyFollowed()
    {
        AnswerFlow flow = AnswerFlow.Of(Of("a> b> <1 <2 c> <3"));

        Assert.Equal(FlowOrder.Recorded, flow.Order);
        Assert.Equal([2, 2, 3], flow.Pieces.Select(piece => piece.After));
        Assert.Equal(["1", "2", "3"], flow.Pieces.Select(TextOf));
    }

    [Fact]
    public void Messages_OfAServerThatSpeaksFirst_FollowNone() => Assert.Equal([0, 1], AnswerFlow.Of(Of("<1 a> <2")).Pieces.Select(piece => piece.After));

    [Fact]
    public void Headers_BeforeTheSecondMessage_AreNotHeldForIt()
    {
        AnswerFlow flow = AnswerFlow.Of(Of("a> head b> <1"));

        Assert.Equal((1, 2), (flow.HeadersAfter, flow.Pieces[0].After));
    }

    // Each token of a recorded stream comes 10 ms after the one before it.
    [Fact]
    public void Pauses_AreThoseBetweenWhatFollowsEachOther()
    {
        AnswerFlow flow = AnswerFlow.Of(Of("a> head <1 b> . . <2"));

        Assert.Equal(TimeSpan.FromMilliseconds(10), flow.HeadersPause);
        Assert.Equal([10, 30], flow.Pieces.Select(piece => piece.Pause.TotalMilliseconds));
        Assert.Equal(TimeSpan.FromMilliseconds(10), flow.EndPause);
    }

    /// <summary>What older recordings keep: one message has one order, counts may leave one, and else nothing is guessed.</summary>
    [Theory]
    [InlineData("a> <1 <2 <3", FlowOrder.Recorded, new[] { 1, 1, 1 })]
    [InlineData("a> b> c> <1", FlowOrder.Assumed, new[] { 3 })]
    [InlineData("a> <1 b> <2", FlowOrder.Assumed, new[] { 1, 2 })]
    [InlineData("a> b>", FlowOrder.Assumed, new int[0])]
    [InlineData("a> <1 <2 b> <3", FlowOrder.Unknown, new[] { 2, 2, 2 })]
    [InlineData("<1 <2", FlowOrder.Recorded, new[] { 0, 0 })]
    public void Messages_WithoutChunks_HaveTheOrderThatCountsLeave(string stream, FlowOrder order, int[] after)
    {
        AnswerFlow flow = AnswerFlow.Of(Of(stream, withChunks: false));

        Assert.Equal(order, flow.Order);
        Assert.Equal(after, flow.Pieces.Select(piece => piece.After));
    }

    [Fact]
    public void Chunks_AreGivenAsTheyCame()
    {
        AnswerFlow flow = AnswerFlow.Of(Events("data: 1\n\n", "data: 2\n\n"));

        Assert.Equal(["data: 1\n\n", "data: 2\n\n"], flow.Pieces.Select(piece => Encoding.ASCII.GetString(piece.Bytes.Span)));
        Assert.Equal([10, 10], flow.Pieces.Select(piece => piece.Pause.TotalMilliseconds));
    }

    [Fact]
    public void Chunks_OfAnAnswerThatWasRewrittenToAnotherLength_AreGivenInOneGoAtTheTimeOfTheLast()
    {
        var call = Events("data: 1\n\n", "data: 2\n\n");

        AnswerFlow flow = AnswerFlow.Of(call, call.Answer! with { Body = "data: other\n\n"u8.ToArray() });

        Assert.Equal("data: other\n\n", Encoding.ASCII.GetString(Assert.Single(flow.Pieces).Bytes.Span));
        Assert.Equal(20, flow.Pieces[0].Pause.TotalMilliseconds);
    }

    /// <summary>Whatever was recorded, its pieces are the answer, no message waits for one that was not there yet, and no pause is negative.</summary>
    [Fact]
    public void Flow_OfAnyStream_IsTheAnswerInItsOrder() => Gen.Select(Gen.Char["<>."].Array[1, 20], Gen.Bool).Sample((turns, withChunks) =>
    {
        string text = string.Join(' ', turns.Select((turn, place) => turn switch { '<' => $"<{place}", '>' => $"{place}>", _ => "." }));
        var call = Of(text, withChunks);
        AnswerFlow flow = AnswerFlow.Of(call);

        Assert.Equal(call.Answer!.Body.ToArray(), flow.Pieces.SelectMany(piece => piece.Bytes.ToArray()));
        Assert.Equal(flow.Pieces.Select(piece => piece.After).Order(), flow.Pieces.Select(piece => piece.After));
        Assert.All(flow.Pieces, piece => Assert.True(piece.Pause >= TimeSpan.Zero));
        Assert.All(flow.Pieces, piece => Assert.InRange(piece.After, 0, turns.Count(turn => turn == '>')));
    });

    [Theory]
    [InlineData("a> <1 b> <2 <3 c>", new[] { 0, 1, 3 })]
    [InlineData("<1 a> b>", new[] { 1, 1 })]
    [InlineData("a> b> <1 <2", new int[0])]
    public void DrivenMessages_WaitForWhatTheirCallerHadHeard(string stream, int[] after)
    {
        var call = Of(stream);

        Assert.Equal(after, RequestFlow.Of(call.Request, call.Answer));
        Assert.Empty(RequestFlow.Of(Of(stream, withChunks: false).Request, Of(stream, withChunks: false).Answer));
    }

    private static string TextOf(AnswerPiece piece) => Encoding.ASCII.GetString(piece.Bytes.Span[GrpcFrames.PrefixBytes..]);
}
