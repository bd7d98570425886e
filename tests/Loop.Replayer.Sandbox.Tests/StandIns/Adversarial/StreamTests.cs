using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.Adversarial.StreamCaller;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>gRPC streams in all directions: what was recorded comes in its turn, and nothing else comes.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task Conversation_GoesInTurns()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "a1b23c4"));
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        Assert.Equal('1', await caller.Hear());
        await caller.Say('b');
        Assert.Equal('2', await caller.Hear());
        Assert.Equal('3', await caller.Hear());
        await caller.Say('c');
        Assert.Equal('4', await caller.Hear());
        caller.EndSaying();
        Assert.Null(await caller.Hear());

        Assert.Equal("true", await caller.Trailer("x-trailer-of"));
        ServedCall served = Assert.Single(await rig.Served(1));
        Assert.Equal(("true", null, null), (served.HopId, served.Miss, served.Gap));
        Assert.Equal(18, served.RequestBodyBytes);
        Assert.Equal(18, served.Request.Body.Length);
    }

    /// <summary>Where an answer is given only after a message, it is not given before.</summary>
    [Fact]
    public async Task Answer_IsNotGivenBeforeTheMessageThatItFollowed()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "ab1"));
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        Task<char?> heard = caller.Hear();
        CallHeld held = await rig.Told<CallHeld>(_ => true);
        Assert.False(heard.IsCompleted);
        await caller.Say('b');

        Assert.Equal('1', await heard);
        Assert.Equal(("true", null), (held.Call.HopId, held.Call.Gap));
        await rig.Told<CallWentOn>(_ => true);
    }

    [Fact]
    public async Task Service_ThatSpeaksFirst_IsHeardBeforeAnythingIsSaid()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "1a2"));
        using StreamCaller caller = new(rig, "true");

        Assert.Equal('1', await caller.Hear());
        await caller.Say('a');
        Assert.Equal('2', await caller.Hear());
    }

    [Fact]
    public async Task Message_ThatDiffers_IsAChangedCallAndLoud()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "a1b2c3"));
        using StreamCaller caller = new(rig, "none");

        await caller.Say('a');
        Assert.Equal('1', await caller.Hear());
        await caller.Say('x');
        Assert.Null(await caller.Hear());

        Assert.Equal(("14", "1", null), (await caller.Trailer("grpc-status"), await caller.Trailer("x-loop-miss"), await caller.Trailer("x-trailer-of")));
        ServedCall served = Assert.Single(await rig.Served(1));
        Assert.Null(served.HopId);
        Assert.Equal("payments POST /shop.Chat/Talk #true", served.ChangedFrom);
        Assert.Contains("body message[1]", served.Miss, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a1b2", "a")]
    [InlineData("a1", "ab")]
    public async Task Messages_FewerOrMoreThanRecorded_AreAChangedCall(string recorded, string said)
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", recorded));
        using StreamCaller caller = new(rig, "none");

        foreach (char message in said)
            await caller.Say(message);
        caller.EndSaying();
        while (await caller.Hear() is not null)
        {
        }

        Assert.Equal("1", await caller.Trailer("x-loop-miss"));
        ServedCall served = Assert.Single(await rig.Served(1));
        Assert.Equal("body messages", Assert.Single(served.Candidates[0].Differences).Field);
    }

    /// <summary>Two streams that begin alike are told apart by their order; one that then goes on as the other is refused, never answered as it.</summary>
    [Fact]
    public async Task Streams_ThatBeginAlike_AreTakenInOrder()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("first", "a1b2"), Recorded("second", "a1c3", at: 100));
        using StreamCaller second = new(rig, "second");

        await second.Say('a');
        Assert.Equal('1', await second.Hear());
        await second.Say('c');

        Assert.Null(await second.Hear());
        Assert.Equal("1", await second.Trailer("x-loop-miss"));
    }

    [Fact]
    public async Task Stream_WhoseOrderWasNotRecorded_IsNotGuessed()
    {
        RecordedCall call = Recorded("true", "a12b3", withChunks: false);
        await using StandInRig rig = await StandInRig.Start(call with { Gap = Core.Streams.AnswerFlow.NoOrder });
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        using HttpResponseMessage answer = await caller.Answer;

        Assert.True(answer.Headers.Contains("x-loop-miss"));
        Assert.Contains("does not tell which messages", Assert.Single(await rig.Served(1)).Gap, StringComparison.Ordinal);
    }

    /// <summary>An order that counts alone suggest, and that the caller does not keep, is a gap of the recording and not its fault.</summary>
    [Fact]
    public async Task Order_ThatWasAssumedAndComesToAHalt_IsAGap()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "a1bc", withChunks: false));
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');

        Assert.Contains("came to a halt", (await rig.Told<CallHeld>(_ => true)).Call.Gap, StringComparison.Ordinal);
    }

    /// <summary>A caller that once broke off is not broken off by us.</summary>
    [Fact]
    public async Task Stream_ThatItsCallerBrokeOff_IsHeldUntilItDoesSoAgain()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "a12", end: ExchangeEnd.BrokenOff, brokenOffBy: BrokenOffBy.Client));
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        Assert.Equal('1', await caller.Hear());
        Assert.Equal('2', await caller.Hear());
        Task<char?> more = caller.Hear();
        await rig.Told<CallHeld>(held => held.Call.HopId == "true");
        Assert.False(more.IsCompleted);
        await caller.BreakOff();

        await Assert.ThrowsAnyAsync<Exception>(() => more);
        ServedCall served = Assert.Single(await rig.Served(1));
        Assert.Equal(("true", null), (served.HopId, served.Miss));
    }

    [Fact]
    public async Task Stream_ThatWasBrokenOffBehindIt_BreaksOffAgain()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("true", "a1b", end: ExchangeEnd.BrokenOff, brokenOffBy: BrokenOffBy.Upstream));
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        Assert.Equal('1', await caller.Hear());
        await caller.Say('b');

        await Assert.ThrowsAnyAsync<IOException>(caller.Hear);
    }

    /// <summary>Any streams, some of them alike, several at once, some callers changing one message: nobody hears what was not recorded for what it said.</summary>
    [Fact]
    public async Task AnyStreams_HaveNoWrongAnswer() =>
        await Gen.Select(Gen.Char["aab1123"].Array[1, 7].Select(chars => "a" + new string(chars)).Array[1, 4], Gen.Int[0, 40]).SampleAsync(Run, iter: 15, threads: 1);

    private static async Task Run(string[] streams, int changed)
    {
        RecordedCall[] calls = [.. streams.Select((stream, number) => Recorded($"{number}", stream, $"web-{number}", at: number * 100))];
        await using StandInRig rig = await StandInRig.Start(calls);

        await Task.WhenAll(streams.Select(async (stream, number) =>
        {
            using StreamCaller caller = new(rig, $"{number}", $"web-{number}");
            bool isChanged = false;
            StringBuilder heard = new();
            foreach ((int place, char message) in stream.Index())
            {
                if (char.IsDigit(message))
                {
                    if (await caller.Hear() is not { } next)
                        break;
                    heard.Append(next);
                    continue;
                }

                isChanged |= place > 0 && changed == place + (number * 10);
                try
                {
                    await caller.Say(isChanged ? 'z' : message);
                }
                catch (OperationCanceledException) when (isChanged)
                {
                    // The refusal is there already, and with it the end of the stream.
                    break;
                }
            }

            caller.EndSaying();
            while (await caller.Hear() is { } more)
                heard.Append(more);
            string recorded = string.Concat(stream.Where(char.IsDigit));
            string before = string.Concat(stream[..(isChanged ? changed - (number * 10) : stream.Length)].Where(char.IsDigit));
            Assert.Equal(isChanged ? before : recorded, heard.ToString());
            Assert.Equal(isChanged ? null : $"{number}", await caller.Trailer("x-trailer-of"));
        }));

        Assert.All(await rig.Served(streams.Length), call => Assert.Equal(call.Miss is null, call.HopId is not null));
    }
}
