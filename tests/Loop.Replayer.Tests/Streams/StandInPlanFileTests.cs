using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Wire.Plans;
using Xunit;

namespace Loop.Replayer.Tests.Streams;

public sealed class StandInPlanFileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Large bodies lie beside the plan and are readable when the files are gone; all others lie in it.</summary>
    [Fact]
    public async Task Plan_WithALargeBody_IsReadAsItWasWritten()
    {
        string folder = Directory.CreateTempSubdirectory("loop-test-plan-").FullName;
        string path = Path.Combine(folder, "script.json");
        byte[] large = [.. Enumerable.Range(0, StandInPlanFile.LargeBodyBytes + 1).Select(index => (byte)(index * 31))];
        RecordedCall call = RecordedStream.Of("a> <1 b> <2");
        await StandInPlanFile.Write(path, new StandInPlan { Calls = [call, call with { Answer = call.Answer! with { Body = large } }], Hops = new Dictionary<string, string>() }, Cancellation);
        long inPlan = new FileInfo(path).Length;
        StandInPlan read = (await StandInPlanFile.Read(path, Cancellation))!;
        Directory.Delete(folder, recursive: true);

        Assert.InRange(inPlan, 1, 100_000);
        Assert.Equal(call.Answer.Body.ToArray(), read.Calls[0].Answer!.Body.ToArray());
        Assert.Equal(call.Answer.Part.Chunks, read.Calls[0].Answer!.Part.Chunks);
        Assert.True(large.AsSpan().SequenceEqual(read.Calls[1].Answer!.Body.Span));
    }

    [Fact]
    public async Task Plan_WithACallThatWasNeverAnswered_IsReadAsItWasWritten()
    {
        string folder = Directory.CreateTempSubdirectory("loop-test-plan-").FullName;
        string path = Path.Combine(folder, "script.json");
        RecordedCall call = RecordedStream.Of("a> <1") with { Answer = null };

        await StandInPlanFile.Write(path, new StandInPlan { Calls = [call], Hops = new Dictionary<string, string>() }, Cancellation);
        StandInPlan read = (await StandInPlanFile.Read(path, Cancellation))!;
        Directory.Delete(folder, recursive: true);

        Assert.Equal((call.HopId, null), (Assert.Single(read.Calls).HopId, read.Calls[0].Answer));
    }
}
