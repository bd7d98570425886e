using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>Each awkward call is told from its nearest neighbour, and gets its answer as it was recorded.</summary>
public sealed class MessageTests
{
    public static TheoryData<string, bool> Names => [.. MessageCases.All.Keys.SelectMany(name => new[] { (name, false), (name, true) })];

    public static TheoryData<string> GrpcNames => [.. MessageCases.OfGrpc.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Call_IsAnsweredAsRecorded(string name, bool isHttp2) => Check(MessageCases.All[name], isHttp2);

    [Theory]
    [MemberData(nameof(GrpcNames))]
    public Task GrpcCall_IsAnsweredAsRecorded(string name) => Check(MessageCases.OfGrpc[name], isHttp2: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task BodiesOf70MiB_ThatDifferInTheLastByte_AreToldApart(bool isHttp2)
    {
        const int Size = 70 * 1024 * 1024;
        return Check(new MessageCase { Body = MessageCases.Bytes(Size, 2), DecoyBody = MessageCases.Bytes(Size, 1), AnswerBody = MessageCases.Bytes(Size, 3) }, isHttp2);
    }

    private static async Task Check(MessageCase message, bool isHttp2)
    {
        await using StandInRig rig = await StandInRig.Start(message.Plan());
        using OracleClient client = new(rig, isHttp2);

        using HttpRequestMessage request = message.Request(isHttp2);
        using HttpResponseMessage? response = await client.Send("true", request);

        ServedCall served = Assert.Single(await client.NoWrongAnswer());
        Assert.Equal(("true", null), (served.HopId, served.Miss));
        Assert.Equal(message.Status, (int)response!.StatusCode);
        byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(message.AnswerBody.AsSpan().SequenceEqual(body), $"{body.Length} other bytes came");
        foreach (IGrouping<string, HeaderField> field in message.AnswerHeaders.Where(field => field.Name is not "transfer-encoding").GroupBy(field => field.Name))
        {
            if (!response.Headers.NonValidated.TryGetValues(field.Key, out var values))
                Assert.True(response.Content.Headers.NonValidated.TryGetValues(field.Key, out values), $"{field.Key} did not come");
            Assert.Equal(field.Select(value => value.Value), values);
        }

        Assert.Equal(
            message.AnswerTrailers.Select(field => $"{field.Name}: {field.Value}").Order(), response.TrailingHeaders.NonValidated.SelectMany(field => field.Value.Select(value => $"{field.Key}: {value}")).Order());
        if (message.PromisedLength is { } length)
            Assert.Equal(length, response.Content.Headers.ContentLength);
    }
}
