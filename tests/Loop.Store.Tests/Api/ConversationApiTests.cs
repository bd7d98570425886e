using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Api;

/// <summary>List, show, body, status.</summary>
public sealed class ConversationApiTests : StoreTest
{
    private const string Json = "{\"total\":42}";

    [Fact]
    public async Task List_Pages_NewestFirstUntilTheEnd()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        var ids = new List<string>();
        for (int number = 1; number <= 3; number++)
            ids.Add((await node.Trigger(Make(number, [Trace(number)], 500).Head)).ConversationId);

        Page<ConversationSummary> first = (await Store.Http.GetFromJsonAsync<Page<ConversationSummary>>("/api/v1/conversations?limit=2", ApiReading.Json))!;
        Page<ConversationSummary> second = (await Store.Http.GetFromJsonAsync<Page<ConversationSummary>>($"/api/v1/conversations?limit=2&before={Uri.EscapeDataString(first.Next!)}", ApiReading.Json))!;
        Assert.Equal(ids.Order(), first.Items.Concat(second.Items).Select(line => line.Id).Order());
        Assert.Null(second.Next);
    }

    [Theory]
    [InlineData("?limit=0", "Malformed limit")]
    [InlineData("?limit=501", "Malformed limit")]
    [InlineData("?limit=many", "Malformed limit")]
    [InlineData("?before=nonsense", "Malformed page mark")]
    public async Task List_MalformedQuery_IsAProblem(string query, string title) =>
        Assert.Equal((400, title), await Refusal($"/api/v1/conversations{query}"));

    [Theory]
    [InlineData("abc", 400, "Malformed conversation id")]
    [InlineData("hello-world", 400, "Malformed conversation id")]
    [InlineData("0123456789abcdef", 400, "Malformed conversation id")]
    [InlineData("zzzz", 404, "Unknown conversation")]
    public async Task Show_WrongId_IsAProblem(string id, int status, string title) =>
        Assert.Equal((status, title), await Refusal($"/api/v1/conversations/{id}"));

    [Fact]
    public async Task Show_ByUniquePrefix_IsTheConversationInCamelCase()
    {
        string id = await KeepOne();
        JsonElement shown = await Store.Http.GetFromJsonAsync<JsonElement>($"/api/v1/conversations/{id[..6].ToUpperInvariant()}");

        Assert.Equal(id, shown.GetProperty("id").GetString());
        Assert.Equal("sealed", shown.GetProperty("state").GetString());
        Assert.Equal("externalProcessor", shown.GetProperty("hops")[0].GetProperty("views")[0].GetProperty("input").GetString());
    }

    /// <summary>Scripts index these by name: they are there also when nothing is known.</summary>
    [Fact]
    public async Task ListAndShow_OfWhatIsUnknown_HaveTheNamesThatScriptsUse()
    {
        string id = await KeepOne();
        ConversationSummary line = (await Lines(id))[0];
        await Store.Index.Upsert(line with { Id = "5555aaaaaaaa", Path = null, Method = null, Status = null, Destination = null }, [], CancellationToken.None);
        JsonElement page = await Store.Http.GetFromJsonAsync<JsonElement>("/api/v1/conversations");
        JsonElement hop = (await Store.Http.GetFromJsonAsync<JsonElement>($"/api/v1/conversations/{id}")).GetProperty("hops")[0];

        Assert.All(page.GetProperty("items").EnumerateArray(), item => AssertHas(item, "id", "traceKey", "path", "method", "status", "destination", "startedAt", "hops", "trigger", "state"));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        AssertHas(hop, "id", "parentId", "source", "destination", "startedAt", "durationMs", "joinedBy", "views", "request", "response");
        AssertHas(hop.GetProperty("request"), "method", "path", "headers", "bodySizeBytes", "bodyTruncated");
        AssertHas(hop.GetProperty("response"), "status", "grpcStatus", "headers");

        static void AssertHas(JsonElement item, params string[] names) => Assert.Empty(names.Except(item.EnumerateObject().Select(property => property.Name)));
    }

    [Fact]
    public async Task Show_AmbiguousPrefix_ListsTheCandidates()
    {
        string[] ids = [ConversationId.From(Trace(1), 1).Value, "5555aaaaaaaa", "5555bbbbbbbb"];
        ConversationSummary line = (await Lines(await KeepOne()))[0];
        await Store.Index.Upsert(line with { Id = ids[1] }, [], CancellationToken.None);
        await Store.Index.Upsert(line with { Id = ids[2] }, [], CancellationToken.None);

        (int status, _, JsonElement problem) = await ApiReading.Problem(await Store.Http.GetAsync("/api/v1/conversations/5555"));
        Assert.Equal(409, status);
        Assert.Equal([ids[1], ids[2]], problem.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetString()).Order());
    }

    [Fact]
    public async Task Body_Raw_IsWhatCrossedTheWireAsAnAttachment()
    {
        string id = await KeepOne();
        using HttpResponseMessage response = await Store.Http.GetAsync($"/api/v1/conversations/{id}/hops/1/response/body");

        Assert.Equal(Gzip(Json), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("x-content-type-options")));
        Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-loop-body-truncated")));
        Assert.Equal($"{Gzip(Json).Length}", Assert.Single(response.Headers.GetValues("x-loop-body-size")));
        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Body_Decoded_IsReadable() =>
        Assert.Equal(Json, await Store.Http.GetStringAsync($"/api/v1/conversations/{await KeepOne()}/hops/1/response/body?decoded=true"));

    [Theory]
    [InlineData("hops/9/response/body", 404, "Unknown hop")]
    [InlineData("hops/1/sideways/body", 400, "Malformed side")]
    [InlineData("hops/1/response/body?decoded=perhaps", 400, "Malformed option")]
    public async Task Body_WrongAddress_IsAProblem(string address, int status, string title) =>
        Assert.Equal((status, title), await Refusal($"/api/v1/conversations/{await KeepOne()}/{address}"));

    [Fact]
    public async Task Status_WithANode_IsReadyAndTellsItsNumbers()
    {
        Assert.False((await ApiReading.Status(Store)).Ready);
        await using FakeNode node = await FakeNode.Connect(Store);
        await node.Send(new() { Status = new() { RingExchanges = 12, Counts = { ["shed"] = 3 } } });
        await node.Trigger(Make(1, [Trace(1)], 500).Head);

        SystemStatus status = await ApiReading.Status(Store);
        Assert.True(status.Ready);
        Assert.Empty(status.Problems);
        NodeStatusView view = Assert.Single(status.Nodes);
        Assert.Equal(("node-a", true, 12, 3), (view.Node, view.Connected, view.RingExchanges, view.Counts["shed"]));
        Assert.Equal((1, 1), (status.Store.Conversations, status.Store.Open));
    }

    private static byte[] Gzip(string text)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return target.ToArray();
    }

    private async Task<List<ConversationSummary>> Lines(string id) =>
        [.. (await Store.Index.List(10, null, CancellationToken.None)).Items.Where(line => line.Id == id)];

    private async Task<string> KeepOne()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Captured failing = Make(1, [Trace(1)], 500, responseBody: Gzip(Json), responseEncoding: "gzip");
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        return (await Sealed(id)).Id;
    }

    private async Task<(int Status, string Title)> Refusal(string address)
    {
        using HttpResponseMessage response = await Store.Http.GetAsync(address);
        (int status, string title, _) = await ApiReading.Problem(response);
        return (status, title);
    }
}
