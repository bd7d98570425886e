using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness.Mesh;

namespace Loop.Integration.Tests.Harness;

/// <summary>Fills a data directory with sealed conversations.</summary>
internal static class Kept
{
    private static readonly Lazy<DirectoryInfo> OfTheRun = new(Create);
    private static int _count;

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
        // Named here, since a server deletes the directory that it chose itself.
        string data = OfTheRun.Value.CreateSubdirectory($"{Interlocked.Increment(ref _count)}").FullName;
        await using LoopServer server = await LoopServer.Start(data, FastTimes.Environment);
        IReadOnlyList<ConversationSummary> all = await Conversations(server, count, cancellationToken);
        await server.Stop();
        return (data, all);
    }

    private static DirectoryInfo Create()
    {
        DirectoryInfo directory = System.IO.Directory.CreateTempSubdirectory("loop-kept-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Delete(recursive: true);
        return directory;
    }
}
