using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A failing conversation of the shop, whose shop is gone.</summary>
internal static class KeptShop
{
    /// <summary>Id of the suggestion that failed.</summary>
    public static async Task<string> Suggestion(LoopServer server, CancellationToken cancellationToken)
    {
        using var api = new LoopApi(server.Http);
        // The shop and its Envoys are gone before anything is replayed.
        await using (ShopMesh mesh = await ShopMesh.Start(server.Capture!.Port, cancellationToken))
        {
            Assert.True((await mesh.Send(40, cancellationToken)).IsAsPlanned);
            await api.ListUntil(list => list.Count == 2 && list.All(one => one.State == ConversationState.Sealed), "2 sealed conversations", cancellationToken);
        }

        return (await api.List(cancellationToken)).Single(one => one.Path == "/suggestions").Id;
    }
}
