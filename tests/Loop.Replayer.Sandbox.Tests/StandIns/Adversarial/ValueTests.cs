using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.Adversarial.OracleClient;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>Calls whose values every run makes anew, and calls with values that were redacted: what stands in their place tells them apart.</summary>
public sealed class ValueTests
{
    private const string First = "ord_1f3c9a70";
    private const string Second = "ord_77e01b2c";
    private const string LiveFirst = "ord_b81c2e3d";
    private const string LiveSecond = "ord_09d4f6a1";
    private const string Key = "x-api-key";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ValuesMadeAnew_LeadToTheAnswersOfTheirRecordedOnes(bool isHttp2)
    {
        RecordedCall[] calls =
        [
            Recorded("create 1", at: 0, request: "POST /orders", body: Create(First, 1)),
            Recorded("create 2", at: 10, request: "POST /orders", body: Create(Second, 2)),
            Recorded("pay 1", at: 20, request: $"POST /pay/{First}", body: Pay(First), answer: First),
            Recorded("pay 2", at: 30, request: $"POST /pay/{Second}", body: Pay(Second), answer: Second),
        ];
        await using StandInRig rig = await StandInRig.Start(Linked(calls));
        using OracleClient client = new(rig, isHttp2);

        // In the other order: nothing but the values says which is which.
        await client.Call("create 2", request: "POST /orders", body: Create(LiveSecond, 2));
        await client.Call("create 1", request: "POST /orders", body: Create(LiveFirst, 1));
        await client.Call("pay 2", request: $"POST /pay/{LiveSecond}", body: Pay(LiveSecond));
        await client.Call("pay 1", request: $"POST /pay/{LiveFirst}", body: Pay(LiveFirst));

        Assert.All(await client.NoWrongAnswer(), call => Assert.NotNull(call.HopId));
    }

    [Fact]
    public async Task ValuesMadeAnew_AreNotTakenForEqualOnesElsewhere()
    {
        RecordedCall[] calls =
        [
            Recorded("create", at: 0, request: "POST /orders", body: Create(First, 1)),
            Recorded("decoy", at: 10, request: "POST /pay/any", body: Pay(Second)),
            Recorded("pay", at: 20, request: "POST /pay/any", body: Pay(First)),
        ];
        await using StandInRig rig = await StandInRig.Start(Linked(calls));
        using OracleClient client = new(rig);

        await client.Call("create", request: "POST /orders", body: Create(LiveFirst, 1));
        // Neither the new value nor a recorded one: no recording may be guessed.
        await client.Call("none", request: "POST /pay/any", body: Pay(LiveSecond));
        await client.Call("pay", request: "POST /pay/any", body: Pay(LiveFirst));
        await client.Call("decoy", request: "POST /pay/any", body: Pay(Second));

        Assert.Equal(["create", null, "pay", "decoy"], (await client.NoWrongAnswer()).Select(call => call.HopId));
    }

    /// <summary>Two equal calls but for a value that each run draws: without more, none of them may be chosen.</summary>
    [Fact]
    public async Task ValuesMadeAnew_InTwoCallsThatNothingElseTellsApart_AreMissedNotGuessed()
    {
        RecordedCall[] calls =
        [
            Recorded("create 1", at: 0, request: "POST /orders", body: Create(First, 1)),
            Recorded("create 2", at: 2, request: "POST /orders", body: Create(Second, 1)),
            Recorded("pay 1", at: 20, request: "POST /pay", body: Pay(First)),
            Recorded("pay 2", at: 30, request: "POST /pay", body: Pay(Second)),
        ];
        await using StandInRig rig = await StandInRig.Start(Linked(calls));
        using OracleClient client = new(rig);

        await client.Call("create 2", request: "POST /orders", body: Create(LiveSecond, 1));

        ServedCall served = Assert.Single(await client.NoWrongAnswer());
        Assert.Equal("no such call was recorded", served.Miss);
        Assert.Contains(served.Candidates, candidate => candidate.Differences.SequenceEqual([new FieldDifference("body $.id", $"\"{First}\"", $"\"{LiveSecond}\"")]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RedactedValues_AreKeysOnceTheirLiveOnesAreKnown(bool isHttp2)
    {
        HeaderRedactor redactor = new("a key of a test, no secret"u8, "test");
        RecordedCall Keyed(string hop, int at, string request, string secret)
        {
            RecordedCall call = Recorded(hop, at: at, request: request);
            HeaderField[] headers = [.. call.Request.Part.Headers, .. redactor.Redact([new HeaderField(Key, secret)], out _)];
            Assert.True(HeaderRedactor.IsToken(headers[^1].Value));
            return call with { Request = call.Request with { Part = call.Request.Part with { Headers = headers } } };
        }

        RecordedCall[] calls = [Keyed("open", 0, "POST /open", "s3cret-of-ada"), Keyed("decoy", 10, "POST /use", "s3cret-of-bob"), Keyed("use", 20, "POST /use", "s3cret-of-ada")];
        await using StandInRig rig = await StandInRig.Start(Linked(calls) with { DeclaredHeaders = [Key] });
        using OracleClient client = new(rig, isHttp2);
        Task<HttpResponseMessage?> Call(string trueCall, string target, string secret)
        {
            HttpRequestMessage request = StandInRig.Request("POST", target, "web-1", "{}", isHttp2);
            request.Headers.Add(Key, secret);
            return client.Send(trueCall, request);
        }

        await Call("open", "/open", "another-of-ada-1");
        await Call("none", "/use", "another-of-eve-3");
        await Call("use", "/use", "another-of-ada-1");

        IReadOnlyList<ServedCall> served = await client.NoWrongAnswer();
        Assert.Equal(["open", null, "use"], served.Select(call => call.HopId));
        Assert.Contains(served[1].Candidates[0].Differences, difference => difference.Field == $"header {Key}" && difference.Replayed == "another-of-eve-3");
    }

    private static string Create(string id, int number) => $$"""{"id":"{{id}}","n":{{number}}}""";

    private static string Pay(string id) => $$"""{"order":"{{id}}"}""";

    private static StandInPlan Linked(RecordedCall[] calls) => StandInRig.Plan(calls) with { Links = RecordedLinks.Of(calls.SelectMany(Said)) };

    private static IEnumerable<LinkMessage> Said(RecordedCall call)
    {
        LinkMessage request = new() { HopId = call.HopId, Side = LinkSide.Request, Caller = call.Caller, Callee = call.Callee, At = call.StartedAt, Message = call.Request };
        return [request, request with { Side = LinkSide.Answer, At = call.EndedAt, Message = call.Answer! }];
    }
}
