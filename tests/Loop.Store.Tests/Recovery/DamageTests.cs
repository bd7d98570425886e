using System.Net;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Store.Tests.Api;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Recovery;

/// <summary>A damaged file costs its own conversation and nothing else.</summary>
public sealed class DamageTests : StoreTest
{
    [Fact]
    public async Task DamagedSegment_IsToldAndOthersAreServed()
    {
        FakeNode node = await FakeNode.Connect(Store);
        string damaged = await Keep(node, 1);
        string healthy = await Keep(node, 2);
        await node.DisposeAsync();
        await Restart(() => Overwrite(Assert.Single(Directory.GetFiles(Path.Combine(DataPath, "packs", $"conversation-{damaged}")))));

        (int status, string title, JsonElement problem) = await ApiReading.Problem(await Store.Http.GetAsync($"/api/v1/conversations/{damaged}"));
        Assert.Equal((500, "Stored data cannot be read"), (status, title));
        Assert.Contains("damaged", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Store.Http.GetAsync($"/api/v1/conversations/{healthy}")).StatusCode);
        Assert.Equal(2, (await Store.Index.List(10, null, CancellationToken.None)).Items.Count);
    }

    private static void Overwrite(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        for (int index = 0; index < bytes.Length; index++)
            bytes[index] ^= 0x5A;
        File.WriteAllBytes(path, bytes);
    }

    private async Task<string> Keep(FakeNode node, int number)
    {
        Captured failing = Make(number, [Trace(number)], 500);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        ConversationSummary line = await Sealed(id);
        return line.Id;
    }
}
