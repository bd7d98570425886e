using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;
using Loop.Replayer.Wire.Plans;

namespace Loop.Replayer.Tests.Runs;

public sealed class RunScriptTests
{
    [Fact]
    public void Of_EachLiveHop_HasATraceOfItsOwn()
    {
        RunScript script = ShopRun.Of("web", "payments").Script;

        Assert.Equal(["hop-1", "hop-3"], script.Plan.Names.Keys.Order());
        Assert.Equal(2, script.Plan.Names.Values.Select(names => names.TraceId).Distinct().Count());
        Assert.All(script.Plan.Names, pair => Assert.All(pair.Value.Keys, key => Assert.Equal(pair.Key, script.Plan.Hops[key.ToString()])));
        Assert.Equal(script.Plan.Names["hop-1"].TraceParent, script.Plan.Drives.Single().Request.Headers.Single(field => field.Name == "traceparent").Value);
    }

    [Fact]
    public void Of_AuthorityOfALiveCallee_LeadsToIt() =>
        Assert.Equal(new LiveRoute("web", "shop.example", "payments", 8080), Assert.Single(ShopRun.Of("web", "payments").Script.Plan.Routes));

    /// <summary>No proxy stands in a sandbox, so that services hear what the recorded ones told them.</summary>
    [Fact]
    public void Of_WhatProxiesTold_IsToldAgainToDrivenAndRelayedHops()
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 502, "{}", source: "client", change: exchange => Told(exchange, new("x-forwarded-proto", "https"), new("x-forwarded-client-cert", "loop:abc")));
        recording.Hop("payments", "POST", "/charge", 500, "{}", parent: "hop-1", change: exchange => Told(exchange, new("x-envoy-expected-rq-timeout-ms", "15000"), new("x-tenant", "a")));

        StandInPlan plan = new ShopRun(recording, "web", "payments").Script.Plan;

        Assert.Equal(["https"], plan.Drives.Single().Request.Headers.Where(field => field.Name.StartsWith("x-forwarded-", StringComparison.Ordinal)).Select(field => field.Value));
        Assert.Equal([new("x-envoy-expected-rq-timeout-ms", "15000")], plan.Calls.Single().ProxyHeaders);

        static Exchange Told(Exchange exchange, params HeaderField[] headers) => exchange with { Request = exchange.Request! with { Headers = [.. exchange.Request.Headers, .. headers] } };
    }

    /// <summary>What a first HTTP/2 request would wait for starts with the sandbox.</summary>
    [Theory]
    [InlineData("HTTP/2", true)]
    [InlineData("HTTP/1.1", false)]
    public void Of_CallsOverHttp2_AreExpected(string protocol, bool expected)
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 502, "{}", source: "client");
        recording.Hop("payments", "POST", "/charge", 500, "{}", parent: "hop-1", change: exchange => exchange with { Protocol = protocol });

        Assert.Equal(expected, new ShopRun(recording, "web").Script.Plan.SpeaksHttp2);
    }

    /// <summary>The serializer that is written at build time and the one that asks the types agree on every property.</summary>
    [Fact]
    public void Plan_ReachesTheAgentWhole()
    {
        StandInPlan plan = ShopRun.Of("web", "payments").Script.Plan;

        string written = JsonSerializer.Serialize(plan, RunJson.Options);

        Assert.Equal(JsonSerializer.Serialize(plan, LoopJson.Options), written);
        Assert.Equal(written, JsonSerializer.Serialize(JsonSerializer.Deserialize<StandInPlan>(written, RunJson.Options), RunJson.Options));
    }

    [Fact]
    public void Of_RequestThatWasNotKept_IsNotSent()
    {
        Recording recording = Recording.Failing(requestBody: """{"items":[1]}""");
        recording.Bodies.Clear();
        LivePlan live = LivePlan.Of(recording.Detail.Hops, recording.Exchanges, new HashSet<string> { "web" });
        RunScript script = RunScript.Of(new RunInput { Live = live, Body = _ => null, Ports = new Dictionary<string, int> { ["web"] = 80 }, Limit = _ => TimeSpan.FromSeconds(1), Ids = new SequentialIds() });

        Assert.Empty(script.Plan.Drives);
        Assert.Equal(["web POST /checkout #1: the request's body is missing in the pack"], script.Incomplete);
    }

    [Fact]
    public void Order_DrivesThatDidNotOverlap_FollowEachOther()
    {
        Recording recording = new();
        recording.Hop("web", "GET", "/a", 200, "{}", source: "client", change: exchange => exchange with { Duration = TimeSpan.FromMilliseconds(1) });
        recording.Hop("web", "GET", "/b", 200, "{}", source: "client", change: exchange => exchange with { StartedAt = Recording.Start.AddMilliseconds(50) });
        recording.Hop("web", "GET", "/c", 200, "{}", source: "client", change: exchange => exchange with { StartedAt = Recording.Start.AddMilliseconds(70) });
        IReadOnlyList<PlannedCall> calls = LivePlan.Of(recording.Detail.Hops, recording.Exchanges, new HashSet<string> { "web" }).Drives;

        IReadOnlyList<OrderedDrive> order = DriveOrder.Of(calls);

        Assert.Equal(["hop-1", "hop-2", "hop-3"], order.Select(drive => drive.HopId));
        Assert.Equal(["hop-1"], order[1].After);
        Assert.Equal(("hop-2", TimeSpan.FromMilliseconds(20)), (order[2].AfterStartOf, order[2].Gap));
    }

    [Fact]
    public void Control_IsPassedOnlyByHealthyAnswers()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord failing = shop.AsRecorded();
        RunRecord healthy = failing with { Driven = [.. failing.Driven.Select(driven => driven with { Answer = ShopRun.Answered(200, "{}") })] };

        Assert.Equal(ControlResult.Passed, ControlVerdict.Of(healthy, shop.Live, []));
        Assert.Equal(ControlResult.Failed, ControlVerdict.Of(failing, shop.Live, []));
        Assert.Equal(ControlResult.Failed, ControlVerdict.Of(healthy with { Fault = new SandboxFault(SandboxFaultKind.Unhealthy, "x") }, shop.Live, []));
        Assert.Equal(ControlResult.NotRun, ControlVerdict.Of(healthy with { Driven = [] }, shop.Live, []));

        // Refused where it was served: for want of what a replay may not send, or because the place is another one.
        RunRecord refused = failing with { Driven = [.. failing.Driven.Select(driven => driven with { Answer = ShopRun.Answered(401, "{}") })] };
        Assert.Equal(ControlResult.Failed, ControlVerdict.Of(refused, shop.Live, []));
        Assert.Equal(ControlResult.NotRun, ControlVerdict.Of(refused, shop.Live, ["authorization"]));
        Assert.Equal(ControlResult.NotRun, ControlVerdict.Of(refused with { TokensLeftOut = ["cookie"] }, shop.Live, []));
    }

    [Theory]
    [InlineData("GET", "login.example", "/keys", true)]
    [InlineData("GET", "login.example", "/keys?x=1", false)]
    [InlineData("POST", "login.example", "/keys", false)]
    [InlineData("GET", "other.example", "/keys", false)]
    public void BackgroundStub_AnswersItsCallAlone(string method, string authority, string target, bool answers) =>
        Assert.Equal(answers, new BackgroundStub(null, "GET", "login.example", "/keys", 200, Array.Empty<HeaderField>(), ReadOnlyMemory<byte>.Empty).Answers("web", method, authority, target));
}
