using System.Net;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.Adversarial.OracleClient;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>Equal calls, which their place in the conversation alone tells apart.</summary>
public sealed class OrderTests
{
    /// <summary>Without this, every test here might pass for nothing.</summary>
    [Fact]
    public async Task Oracle_SeesAWrongAnswerAndAMissingMark()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("a"), Recorded("b", at: 10));
        using OracleClient client = new(rig);

        await client.Call("b");
        await client.Call("b");

        IReadOnlyList<ServedCall> served = await rig.Served(2);
        Assert.Equal(["b was answered with a"], client.Wrong(served, []));
        Assert.Equal(["b was answered with a", "b was answered as if nothing else were possible"], client.Wrong(served, ["b"]).Order().Reverse());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RepeatedCalls_AreAnsweredInOrderAndThenMissed(bool isHttp2)
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("third", at: 20), Recorded("first"), Recorded("second", at: 10));
        using OracleClient client = new(rig, isHttp2);

        foreach (string call in new[] { "first", "second", "third", "none" })
            await client.Call(call);

        IReadOnlyList<ServedCall> served = await client.NoWrongAnswer();
        Assert.Equal("it was recorded 3 times, and these answers were given already", Assert.Single(served, call => call.HopId is null).Miss);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EqualCallsInParallel_WithOtherAnswers_AreMarked(bool isHttp2)
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("a", milliseconds: 50), Recorded("b", at: 10), Recorded("later", at: 100));
        using OracleClient client = new(rig, isHttp2);

        // In the other order than recorded, as another run may.
        await client.Call("b");
        await client.Call("a");
        await client.Call("later");

        Assert.Equal(3, (await client.NoWrongAnswer("a", "b")).Count(call => call.HopId is not null));
    }

    [Fact]
    public async Task EqualCallsInParallel_WithEqualAnswers_NeedNoMark()
    {
        RecordedCall a = StandInRig.Recorded("a", "POST /stock", "{}", 200, "same"u8.ToArray());
        await using StandInRig rig = await StandInRig.Start(a, a with { HopId = "b" });
        using OracleClient client = new(rig);

        await Task.WhenAll(client.Call("a"), client.Call("b"));

        Assert.All(await rig.Served(2), call => Assert.Null(call.Ambiguity));
    }

    /// <summary>A service gave up on its first attempt; the second was answered.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RetryAfterATimeout_GetsTheAnswerOfTheRetry(bool isHttp2)
    {
        RecordedCall timedOut = Recorded("first", milliseconds: 1000) with { Answer = null, End = ExchangeEnd.BrokenOff };
        await using StandInRig rig = await StandInRig.Start(timedOut, Recorded("retry", at: 1010));
        using OracleClient client = new(rig, isHttp2);

        Assert.Null(await client.Call("first"));
        using HttpResponseMessage? answer = await client.Call("retry");

        Assert.Equal(HttpStatusCode.OK, answer?.StatusCode);
        await client.NoWrongAnswer();
    }

    /// <summary>The first attempt was answered when it was recorded, but this time its caller did not wait for it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RetryOfACallThatWasGivenUp_NeverGetsItsAnswer(bool isHttp2)
    {
        StandInPlan plan = StandInRig.Plan(Recorded("first", milliseconds: 3_600_000), Recorded("retry", at: 3_600_010)) with { PlaysLatency = true };
        await using StandInRig rig = await StandInRig.Start(plan);
        using OracleClient client = new(rig, isHttp2);
        using CancellationTokenSource timeout = new();

        Task<HttpResponseMessage?> first = client.Call("first", until: timeout.Token);
        await rig.Told<CallBegun>(call => call.HopId == "first");
        await timeout.CancelAsync();
        Assert.Null(await first);
        using HttpResponseMessage? retry = await client.Call("retry");

        Assert.Equal(HttpStatusCode.OK, retry?.StatusCode);
        await client.NoWrongAnswer();
    }

    [Fact]
    public async Task CallsInAnotherOrder_KeepTheirAnswers()
    {
        string[] items = [.. Enumerable.Range(0, 20).Select(item => $$"""{"item":{{item}}}""")];
        await using StandInRig rig = await StandInRig.Start([.. items.Select((body, index) => Recorded($"{index}", at: index * 10, body: body))]);
        using OracleClient client = new(rig);

        foreach ((int index, string body) in items.Index().Reverse())
            await client.Call($"{index}", body: body);

        Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
    }

    [Fact]
    public async Task ManyRunsAtOnce_KeepTheirAnswers()
    {
        await Parallel.ForAsync(0, 6, TestContext.Current.CancellationToken, async (run, _) =>
        {
            await using StandInRig rig = await StandInRig.Start([.. Enumerable.Range(0, 10).Select(ordinal => Recorded($"{run}/{ordinal}", at: ordinal * 10))]);
            using OracleClient client = new(rig, isHttp2: run % 2 == 0);
            for (int ordinal = 0; ordinal < 10; ordinal++)
                await client.Call($"{run}/{ordinal}");
            Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
        });
    }
}
