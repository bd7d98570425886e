using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;

namespace Loop.Store.Tests.Api;

/// <summary>Live changes.</summary>
public sealed class TailApiTests : StoreTest
{
    [Fact]
    public async Task Tail_OnTrigger_SendsTheConversation()
    {
        using HttpResponseMessage response = await Store.Http.GetAsync("/api/v1/tail", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(": connected", await reader.ReadLineAsync());
        await using FakeNode node = await FakeNode.Connect(Store);
        string id = (await node.Trigger(Make(1, [Trace(1)], 500).Head)).ConversationId;

        Assert.Equal("", await reader.ReadLineAsync());
        Assert.Equal("event: conversation", await reader.ReadLineAsync());
        string data = (await reader.ReadLineAsync())!;
        Assert.Equal(id, JsonSerializer.Deserialize<ConversationSummary>(data["data: ".Length..], ApiReading.Json)!.Id);
    }
}
