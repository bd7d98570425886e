using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Streams;
using Xunit;
using static Loop.Replayer.Tests.Streams.RecordedStream;

namespace Loop.Replayer.Tests.Streams;

public sealed class StreamedRequestTests
{
    [Fact]
    public void Messages_AsRecorded_DifferInNothing()
    {
        StreamedRequest request = Begin("a> <1 b> c>");

        Assert.Empty(request.Next(Frame("b")));
        Assert.Empty(request.Next(Frame("c")));
        Assert.Empty(request.End());
        Assert.Equal((3, 3), (request.Count, request.Recorded));
    }

    [Fact]
    public void Message_ThatDiffers_IsNamedByItsPlace()
    {
        StreamedRequest request = Begin("a> <1 b>");

        FieldDifference difference = Assert.Single(request.Next(new byte[] { 0, 0, 0, 0, 2, 8, 7 }));

        Assert.StartsWith("body message[1]", difference.Field, StringComparison.Ordinal);
        Assert.Equal(1, request.Count);
    }

    [Fact]
    public void Messages_MoreOrFewerThanRecorded_Differ()
    {
        Assert.Equal([new FieldDifference("body messages", "2", "1")], Begin("a> b>").End());
        StreamedRequest more = Begin("a>");
        Assert.Equal([new FieldDifference("body messages", "1", "2 or more")], more.Next(Frame("b")));
    }

    /// <summary>A stream is found by what its caller says first: who waits for an answer says no more before he has it.</summary>
    [Fact]
    public void Identity_IsThatOfTheFirstMessage()
    {
        CallReader reader = new([], text => text);
        CallIdentity recorded = reader.Read(Of("a> b>").Request);

        Assert.Equal(recorded.Key, reader.Read(Of("a>").Request).Key);
        Assert.NotEqual(recorded.Key, reader.Read(Of("b> a>").Request).Key);
    }

    private static StreamedRequest Begin(string recorded)
    {
        RecordedCall call = Of(recorded);
        return new StreamedRequest(call, call.Request with { Body = Frame("a") }, new LiveBindings(RecordedLinks.None));
    }
}
