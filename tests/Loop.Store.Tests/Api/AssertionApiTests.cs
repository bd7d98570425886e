using System.Net;
using System.Net.Http.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;

namespace Loop.Store.Tests.Api;

/// <summary>A person says what is wrong in a healthy answer.</summary>
public sealed class AssertionApiTests : StoreTest
{
    protected override void Configure(ConversationOptions options) => options.AnswerTimeout = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Keep_WithAWrongValue_StoresItWithTheConversation()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Task<HttpResponseMessage> keeping = Post(new { key = Trace(1).Value, wrong = "1 response $.total", expect = "12.35" });
        await node.Answer(await node.NextCollect(), open: 0, Make(1, [Trace(1)]));
        using HttpResponseMessage response = await keeping;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);

        string id = ConversationId.From(Trace(1), 1).Value;
        await Sealed(id);
        await Restart();
        AssertionView assertion = Assert.Single((await Store.Http.GetFromJsonAsync<ConversationDetail>($"/api/v1/conversations/{id}", ApiReading.Json))!.Assertions);
        Assert.Equal(("1 response $.total", "12.35"), (assertion.Wrong, assertion.Expect));
    }

    [Fact]
    public async Task Keep_OfAKeptOneByTheBeginningOfItsId_AddsToItAndAsksNobody()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, Make(1, [Trace(1)], 500));
        await Sealed(id);
        foreach (string? expect in (string?[])["1", null, null])
        {
            using HttpResponseMessage response = await Post(new { key = id[..5], wrong = "1 response $.total", expect });
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using HttpResponseMessage second = await Post(new { key = id, wrong = "payments response $.items[0]" });
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        ConversationDetail detail = (await Store.Conversation(id).Describe())!;
        Assert.Equal([("1 response $.total", null), ("payments response $.items[0]", null)], detail.Assertions.Select(one => (one.Wrong, one.Expect)));
        Assert.Equal(["trace:" + Trace(1).Value], detail.Keys);
        Assert.Equal(0, node.Skipped(message => message.Collect is not null));
    }

    [Fact]
    public async Task Keep_ByAPrefixOfSeveralIds_ListsThem()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        // The ids are hashes: two that begin alike are found by trying.
        IGrouping<string, int> alike = Enumerable.Range(1, 20_000).GroupBy(number => ConversationId.From(Trace(number), 1).Value[..4]).First(group => group.Count() > 1);
        foreach (int number in alike.Take(2))
            await node.Trigger(Make(number, [Trace(number)], 500).Head);
        using HttpResponseMessage response = await Post(new { key = alike.Key });
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [Theory]
    [InlineData("1 response total", null)]
    [InlineData("response $.total", null)]
    [InlineData("1 request $.total", "1")]
    [InlineData(null, "12.35")]
    public async Task Keep_WithAMalformedAssertion_IsRefusedBeforeAnythingIsKept(string? wrong, string? expect)
    {
        using HttpResponseMessage response = await Post(new { key = Trace(1).Value, wrong, expect });
        (int status, string title, _) = await ApiReading.Problem(response);
        Assert.Equal((400, "Malformed assertion"), (status, title));
    }

    [Fact]
    public async Task Keep_WithMoreAssertionsThanOneMayHold_SaysSo()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;
        for (int number = 0; number < 16; number++)
            (await Post(new { key = id, wrong = $"1 response $.items[{number}]" })).EnsureSuccessStatusCode().Dispose();

        using HttpResponseMessage response = await Post(new { key = id, wrong = "1 response $.more" });
        (int status, string title, _) = await ApiReading.Problem(response);
        Assert.Equal((422, "Too many assertions"), (status, title));
        Assert.Equal(16, (await Store.Conversation(id).Describe())!.Assertions.Count);
    }

    private Task<HttpResponseMessage> Post(object body) => Store.Http.PostAsJsonAsync("/api/v1/conversations", body);
}
