using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness.Mesh;

namespace Loop.Integration.Tests.Harness;

/// <summary>Fills a data directory with sealed conversations.</summary>
internal static class Kept
{
    /// <summary>Sends failing conversations to a running server and waits until each is sealed.</summary>
    public static async Task<IReadOnlyList<ConversationSummary>> Conversations(LoopServer server, int count, CancellationToken cancellationToken)
    {
        using var api = new LoopApi(server.Http);
        using var mesh = new FakeMesh(server.Capture!, cancellationToken);
        int before = (await api.List(cancellationToken)).Count;
        await mesh.SendMany(count, failEvery: 1);
        return await api.ListUntil(
            list => list.Count == before + count && list.All(one => one.State == ConversationState.Sealed), $"{count} more sealed conversations", cancellationToken);
    }

    /// <summary>A data directory with sealed conversations; its server has ended.</summary>
    public static async Task<(string Data, IReadOnlyList<ConversationSummary> All)> Directory(int count, CancellationToken cancellationToken)
    {
        await using LoopServer server = await LoopServer.Start(environment: FastTimes.Environment);
        IReadOnlyList<ConversationSummary> all = await Conversations(server, count, cancellationToken);
        await server.Stop();
        return (server.DataDirectory, all);
    }
}
