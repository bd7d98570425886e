using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.Adversarial.OracleClient;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>Services that pass no trace context on, and calls that outlive the request in which they were begun.</summary>
public sealed class TraceContextTests
{
    [Fact]
    public async Task NoContext_WithOneRequestInFlight_IsCertain()
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a", "web-1"), Recorded("b", "web-2")), web);
        using OracleClient client = new(rig);

        await web.Begin(rig, "web-2");
        await client.Call("b", callerHop: null);
        await web.End(rig, "web-2");
        await web.Begin(rig, "web-1");
        await client.Call("a", callerHop: null);

        Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
    }

    /// <summary>The first of the two is a guess, and so is then the last.</summary>
    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public async Task NoContext_WithSeveralRequestsInFlight_IsMarkedToTheLast(string first, string second)
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a", "web-1"), Recorded("b", "web-2")), web);
        using OracleClient client = new(rig);
        await web.Begin(rig, "web-1");
        await web.Begin(rig, "web-2");

        await client.Call(first, callerHop: null);
        await client.Call(second, callerHop: null);

        Assert.All(await client.NoWrongAnswer("a", "b"), call => Assert.NotNull(call.HopId));
    }

    [Fact]
    public async Task NoContext_WithSeveralRequestsInFlightOfWhichOneExpectsTheCall_IsCertain()
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a", "web-1", request: "GET /one"), Recorded("b", "web-2", request: "GET /two")), web);
        using OracleClient client = new(rig);
        await web.Begin(rig, "web-1");
        await web.Begin(rig, "web-2");

        await client.Call("b", callerHop: null, request: "GET /two");
        await client.Call("a", callerHop: null, request: "GET /one");

        Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
    }

    /// <summary>A guess takes what belongs to a caller that names itself: from then on neither is certain.</summary>
    [Fact]
    public async Task ContextAfterAGuess_IsMarkedToo()
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a1", "web-1"), Recorded("a2", "web-1", at: 10), Recorded("b", "web-2", at: 2)), web);
        using OracleClient client = new(rig);
        await web.Begin(rig, "web-1");
        await web.Begin(rig, "web-2");

        await client.Call("b", callerHop: null);
        await client.Call("a1", callerHop: "web-1");

        await client.NoWrongAnswer("a1", "a2", "b");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallThatOutlivesItsRequest_WithContext_GetsItsOwnAnswer(bool isHttp2)
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a", "web-1"), Recorded("b", "web-2")), web);
        using OracleClient client = new(rig, isHttp2);
        await web.Begin(rig, "web-1");
        await web.End(rig, "web-1");
        await web.Begin(rig, "web-2");

        await client.Call("a", callerHop: "web-1");
        await client.Call("b", callerHop: "web-2");

        Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
    }

    [Fact]
    public async Task CallThatOutlivesItsRequest_WithoutContext_IsMarkedWhileAnotherIsServed()
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a", "web-1"), Recorded("b", "web-2")), web);
        using OracleClient client = new(rig);
        await web.Begin(rig, "web-1");
        await web.End(rig, "web-1");
        await web.Begin(rig, "web-2");

        await client.Call("a", callerHop: null);

        Assert.NotNull(Assert.Single(await client.NoWrongAnswer("a", "b")).Ambiguity);
    }

    [Fact]
    public async Task CallThatOutlivesItsRequest_WithoutContext_WhileNothingIsServed_IsCertainWhenOneIsLeft()
    {
        using HeldService web = new();
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(Recorded("a", "web-1"), Recorded("b", "web-2")), web);
        using OracleClient client = new(rig);
        await web.Begin(rig, "web-2");
        await client.Call("b", callerHop: null);
        await web.End(rig, "web-2");

        await client.Call("a", callerHop: null);

        Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
    }
}
