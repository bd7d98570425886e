using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Spine;

public sealed class ShopConversationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shop_AFewRequestsFail_ExactlyTheirConversationsAreKeptWithAllHops()
    {
        await using LoopServer server = await LoopServer.Start();
        await using ShopMesh mesh = await ShopMesh.Start(server.Capture!.Port, Cancellation);
        using var api = new LoopApi(server.Http);

        Assert.True((await mesh.Send(100, Cancellation)).IsAsPlanned);

        IReadOnlyList<ConversationSummary> kept = await api.ListUntil(
            list => list.Count == 5 && list.All(one => one.State == ConversationState.Sealed), "5 sealed conversations", Cancellation);
        Assert.Equal(["/checkout 2", "/checkout 2", "/suggestions 3", "/suggestions 3", "/suggestions 3"], kept.Select(one => $"{one.Path} {one.Hops}").Order());
        foreach (ConversationSummary one in kept)
        {
            ConversationDetail detail = await api.Show(one.Id, Cancellation);
            Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing));
            Assert.All(detail.Hops.Skip(1), hop => Assert.Equal("span", hop.JoinedBy));
            Assert.Equal(one.Path == "/checkout" ? "payments" : "history", detail.Hops.Single(hop => hop.Id == detail.OriginHopId).Destination);
        }

        Assert.Empty(server.Errors);
    }
}
