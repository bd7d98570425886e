using System.Net;
using System.Net.Http.Json;
using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;

namespace Loop.Store.Tests.Api;

/// <summary>Keep by hand.</summary>
public sealed class KeepApiTests : StoreTest
{
    protected override void Configure(ConversationOptions options) => options.AnswerTimeout = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Keep_OfAHealthyTrace_IsCreatedAndCollected()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Task<HttpResponseMessage> keeping = Post(Trace(1).Value);
        Collect probe = await node.NextCollect();
        await node.Answer(probe, open: 0, Make(1, [Trace(1)]));

        using HttpResponseMessage response = await keeping;
        ConversationSummary line = (await response.Content.ReadFromJsonAsync<ConversationSummary>(ApiReading.Json))!;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal((ConversationId.From(Trace(1), 1).Value, "manual"), (line.Id, line.Trigger.Rule));
        Assert.Equal(1, (await Published(line.Id, summary => summary.Exchanges == 1)).Exchanges);
    }

    [Fact]
    public async Task Keep_OfWhatIsKept_AnswersWithIt()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;

        using HttpResponseMessage response = await Post($"00-{Trace(1).Value}-00f067aa0ba902b7-01");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(id, (await response.Content.ReadFromJsonAsync<ConversationSummary>(ApiReading.Json))!.Id);
    }

    [Fact]
    public async Task Keep_OfWhatEndsAMomentLater_IsCreated()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Task<HttpResponseMessage> keeping = Post(Trace(1).Value);
        Collect collect = await node.NextCollect();
        await node.Answer(collect, open: 1);
        await node.SendExchange(collect.WatchId, Make(1, [Trace(1)]));
        using HttpResponseMessage response = await keeping;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task Keep_OfWhatNobodyHolds_IsNotFoundAndKeepsNothing()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Task<HttpResponseMessage> keeping = Post("r-404");
        await node.Answer(await node.NextCollect(), open: 0);

        Assert.Equal((404, "No exchange of that key"), await Refusal(keeping));
        Assert.Equal(0, (await Store.Index.Count(CancellationToken.None)).Conversations);
        await node.Next(message => message.Unwatch is not null);
    }

    [Fact]
    public async Task Keep_WhenANodeIsSilent_SaysThatItCannotTell()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Assert.Equal((503, "Not every capture node answered"), await Refusal(Post("r-1")));
    }

    [Fact]
    public async Task Keep_WithoutNodes_SaysThatNobodyCanBeAsked() => Assert.Equal((503, "No capture node is connected"), await Refusal(Post("r-1")));

    [Theory]
    [InlineData("{\"key\":\"\"}")]
    [InlineData("{\"key\":")]
    [InlineData("{\"key\":7}")]
    public async Task Keep_MalformedBody_IsAProblem(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Equal(400, (await Refusal(Store.Http.PostAsync("/api/v1/conversations", content))).Status);
    }

    private Task<HttpResponseMessage> Post(string key) => Store.Http.PostAsJsonAsync("/api/v1/conversations", new { key });

    private static async Task<(int Status, string Title)> Refusal(Task<HttpResponseMessage> answering)
    {
        using HttpResponseMessage response = await answering;
        (int status, string title, _) = await ApiReading.Problem(response);
        return (status, title);
    }
}
