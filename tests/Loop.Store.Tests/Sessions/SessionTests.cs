using System.Net;
using System.Net.Http.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Tests.Api;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Sessions;

/// <summary>Keeping what belongs to one session.</summary>
public sealed class SessionTests : StoreTest
{
    private const string Token = "loop:k1:AAAAAAAAAAAAAAAAAAAAAA";

    protected override void Configure(ConversationOptions options) => options.AnswerTimeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Keep_OfASession_KeepsItsRequestsOldestFirst()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string named = await KeepByHand(node, WithCookie(Make(2, [Trace(2)])));
        Task<HttpResponseMessage> keeping = Post(named);
        Find find = await node.NextFind();
        Assert.Equal([Token], find.Session.Tokens);
        await node.Found(find, Make(3, [Trace(3)]).Head, Make(2, [Trace(2)]).Head, Make(1, [Trace(1)]).Head);
        foreach (int number in new[] { 1, 3 })
            await node.Answer(await node.NextCollect(ConversationId.From(Trace(number), 1).Value), open: 0, Make(number, [Trace(number)]));

        using HttpResponseMessage response = await keeping;
        KeptSession session = (await response.Content.ReadFromJsonAsync<KeptSession>(ApiReading.Json))!;
        string[] expected = [.. new[] { 1, 2, 3 }.Select(number => ConversationId.From(Trace(number), 1).Value)];
        Assert.Equal((named, 0), (session.Session, session.Missed));
        Assert.Equal(expected, session.Ids);
        Assert.Equal(["sid"], session.ComparedBy);
        Assert.Empty(session.SilentNodes);
        foreach (string id in expected)
            Assert.Equal(named, (await Store.Conversation(id).Describe())!.Session);
    }

    [Fact]
    public async Task Keep_OfASessionOlderThanTheRings_IsTheNamedOneAlone()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string named = await KeepByHand(node, WithCookie(Make(2, [Trace(2)])));
        Task<HttpResponseMessage> keeping = Post(named[..6]);
        await node.Found(await node.NextFind());

        using HttpResponseMessage response = await keeping;
        KeptSession session = (await response.Content.ReadFromJsonAsync<KeptSession>(ApiReading.Json))!;
        Assert.Equal([named], session.Ids);
    }

    [Fact]
    public async Task Keep_WhenANodeLeavesDuringTheSearch_NamesItAndWaitsNoLonger()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string named = await KeepByHand(node, WithCookie(Make(2, [Trace(2)])));
        await Sealed(named);
        FakeNode leaving = await FakeNode.Connect(Store, "node-b");
        Task<HttpResponseMessage> keeping = Post(named);
        await leaving.NextFind();
        await node.Found(await node.NextFind(), Make(2, [Trace(2)]).Head);
        await leaving.DisposeAsync();

        using HttpResponseMessage response = await keeping;
        KeptSession session = (await response.Content.ReadFromJsonAsync<KeptSession>(ApiReading.Json))!;
        Assert.Equal(["node-b"], session.SilentNodes);
        Assert.Equal([named], session.Ids);
    }

    [Fact]
    public async Task Keep_OfMoreThanFifty_KeepsTheNewest()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string named = await KeepByHand(node, WithCookie(Make(80, [Trace(80)])));
        Task<HttpResponseMessage> keeping = Post(named);
        await node.Found(await node.NextFind(), [.. Enumerable.Range(1, 80).Reverse().Select(number => Make(number, [Trace(number)]).Head)]);
        foreach (int number in Enumerable.Range(31, 49))
            await node.Answer(await node.NextCollect(ConversationId.From(Trace(number), 1).Value), open: 0, Make(number, [Trace(number)]));

        using HttpResponseMessage response = await keeping;
        KeptSession session = (await response.Content.ReadFromJsonAsync<KeptSession>(ApiReading.Json))!;
        Assert.Equal(Enumerable.Range(31, 50).Select(number => ConversationId.From(Trace(number), 1).Value), session.Ids);
    }

    [Fact]
    public async Task Keep_OfARequestWithoutCookies_SaysThatNothingNamesASession()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string named = await KeepByHand(node, Make(2, [Trace(2)]));
        await Sealed(named);

        using HttpResponseMessage response = await Post(named);
        (int status, string title, _) = await ApiReading.Problem(response);
        Assert.Equal((422, "No session"), (status, title));
    }

    [Fact]
    public async Task Keep_OfAnUnknownKey_IsNotFound()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Task<HttpResponseMessage> keeping = Post("request:nobody");
        await node.Answer(await node.NextCollect(), open: 0);
        using HttpResponseMessage response = await keeping;
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static Captured WithCookie(Captured exchange) => exchange with
    {
        Head = exchange.Head with { Request = exchange.Head.Request! with { Headers = [.. exchange.Head.Request.Headers, new HeaderField("cookie", $"theme=loop:k1:BBBBBBBBBBBBBBBBBBBBBB; sid={Token}")] } },
    };

    private async Task<string> KeepByHand(FakeNode node, Captured exchange)
    {
        Task<HttpResponseMessage> keeping = Store.Http.PostAsJsonAsync("/api/v1/conversations", new { key = exchange.Head.Keys[0].Value });
        await node.Answer(await node.NextCollect(), open: 0, exchange);
        (await keeping).Dispose();
        string id = ConversationId.From(exchange.Head.Keys[0], 1).Value;
        await Published(id, summary => summary.Exchanges == 1);
        return id;
    }

    private Task<HttpResponseMessage> Post(string key) => Store.Http.PostAsJsonAsync("/api/v1/sessions", new { key });
}
