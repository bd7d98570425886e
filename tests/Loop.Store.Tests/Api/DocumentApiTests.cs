using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;

namespace Loop.Store.Tests.Api;

/// <summary>A conversation leaves one store and is the same in another.</summary>
public sealed class DocumentApiTests : StoreTest
{
    [Fact]
    public async Task Import_IntoAnotherStore_ShowsTheSameAlsoAfterARestart()
    {
        (string id, byte[] document) = await Exported();
        string before = await Store.Http.GetStringAsync($"/api/v1/conversations/{id}");
        string path = Path.Combine(DataPath, "other");
        StoreHost other = await StoreHost.Start(path, _ => { });
        Assert.Equal(HttpStatusCode.Created, await Import(other, document));
        Assert.Equal(HttpStatusCode.OK, await Import(other, document));
        Assert.Equal(before, await other.Http.GetStringAsync($"/api/v1/conversations/{id[..6]}"));
        await other.DisposeAsync();

        await using StoreHost again = await StoreHost.Start(path, _ => { });
        Assert.Equal(before, await again.Http.GetStringAsync($"/api/v1/conversations/{id}"));
        Assert.Equal("{\"no\":1}", await again.Http.GetStringAsync($"/api/v1/conversations/{id}/hops/1/request/body"));
        Assert.Equal(Encoding.UTF8.GetString(document), await again.Http.GetStringAsync($"/api/v1/conversations/{id}/export"));
        Assert.Equal(1, (await ApiReading.Status(again)).Store.Conversations);
    }

    [Fact]
    public async Task Import_WhereItIsKept_ChangesNothing()
    {
        (string id, byte[] document) = await Exported();

        Assert.Equal(HttpStatusCode.OK, await Import(Store, document));
        Assert.Equal(Encoding.UTF8.GetString(document), await Store.Http.GetStringAsync($"/api/v1/conversations/{id}/export"));
    }

    [Fact]
    public async Task Import_OfOtherContentUnderAKnownId_IsRefused()
    {
        (_, byte[] document) = await Exported();
        byte[] other = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(document).Replace("node-a/1000/1", "node-a/1000/9", StringComparison.Ordinal));

        using HttpResponseMessage response = await Post(Store, other);
        (int status, string title, _) = await ApiReading.Problem(response);
        Assert.Equal((409, "Another content is kept"), (status, title));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", 422, "a newer Loop wrote it")]
    [InlineData("loop.conversation.sealed.v1", "loop.conversation.sealed.v9", 422, "a newer Loop wrote it")]
    [InlineData("{\\\"no\\\":1}", "{\\\"no\\\":2}", 400, "it was changed")]
    [InlineData("loop-conversation", "loop-story", 400, "its format is")]
    [InlineData("{", "", 400, "it cannot be read")]
    public async Task Import_OfADocumentThatCannotBeTaken_SaysWhy(string from, string to, int expected, string why)
    {
        (_, byte[] document) = await Exported();
        string text = Encoding.UTF8.GetString(document);
        Assert.Contains(from, text, StringComparison.Ordinal);
        await using StoreHost other = await StoreHost.Start(Path.Combine(DataPath, "other"), _ => { });

        using HttpResponseMessage response = await Post(other, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
        (int status, _, JsonElement problem) = await ApiReading.Problem(response);
        Assert.Equal(expected, status);
        Assert.Contains(why, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await ApiReading.Status(other)).Store.Conversations);
    }

    [Fact]
    public async Task Export_OfAnOpenOne_IsRefused()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;

        (int status, string title, _) = await ApiReading.Problem(await Store.Http.GetAsync($"/api/v1/conversations/{id}/export"));
        Assert.Equal((409, "Still being collected"), (status, title));
    }

    private static async Task<HttpStatusCode> Import(StoreHost store, byte[] document)
    {
        using HttpResponseMessage response = await Post(store, document);
        Assert.NotNull(await response.Content.ReadFromJsonAsync<ConversationSummary>(ApiReading.Json));
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> Post(StoreHost store, byte[] document)
    {
        using var content = new ByteArrayContent(document);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await store.Http.PostAsync("/api/v1/conversations/import", content);
    }

    private async Task<(string Id, byte[] Document)> Exported()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, Make(1, [Trace(1)], 500, requestBody: "{\"no\":1}"), Make(2, [Trace(1)], 200, responseBody: [0xff, 0xfe]));
        await Sealed(id);
        return (id, await Store.Http.GetByteArrayAsync($"/api/v1/conversations/{id}/export"));
    }
}
