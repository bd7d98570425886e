using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Replaying;
using Xunit;

[assembly: AssemblyFixture(typeof(KeptShop))]

namespace Loop.Integration.Tests.Replaying;

/// <summary>
/// Data of a server that kept a failing suggestion of the shop, and a healthy one as its control. It is captured once for all tests, when the first asks; each
/// works on a copy of its own. The shop and its Envoys are gone before anything is replayed.
/// </summary>
public sealed class KeptShop : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("loop-kept-shop-");
    private readonly Lazy<Task> _captured;

    public KeptShop() => _captured = new Lazy<Task>(Capture);

    private string Original => Path.Combine(_root.FullName, "original");

    /// <summary>A data directory for one test; it goes with the fixture.</summary>
    internal async Task<string> Copy()
    {
        await _captured.Value;
        DirectoryInfo copy = _root.CreateSubdirectory($"copy-{Guid.NewGuid():N}");
        foreach (string file in Directory.EnumerateFiles(Original, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy.FullName, Path.GetRelativePath(Original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy.FullName;
    }

    /// <summary>Id of the suggestion that failed.</summary>
    internal static async Task<string> Suggestion(LoopServer server, CancellationToken cancellationToken)
    {
        using var api = new LoopApi(server.Http);
        return (await api.List(cancellationToken)).Single(one => one.Path == "/suggestions").Id;
    }

    public void Dispose() => _root.Delete(recursive: true);

    // For all tests: the one that asked first may end before it is done.
    private async Task Capture()
    {
        await using LoopServer server = await LoopServer.Start(Original);
        using var api = new LoopApi(server.Http);
        await using (ShopMesh mesh = await ShopMesh.Start(server.Capture!.Port, CancellationToken.None))
        {
            Assert.True((await mesh.Send(40, CancellationToken.None)).IsAsPlanned);
            await api.ListUntil(list => list.Count == 2 && list.All(one => one.State == ConversationState.Sealed), "2 sealed conversations", CancellationToken.None);
        }

        await AwaitControl(api, await Suggestion(server, CancellationToken.None));
        Assert.Equal(0, await server.Stop());
        Assert.Empty(server.Errors);
    }

    // It is looked for after the seal.
    private static async Task AwaitControl(LoopApi api, string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await api.Show(id, limit.Token)).ControlId is not { } control || (await api.Show(control, limit.Token)).State is not ConversationState.Sealed)
            await Task.Delay(100, limit.Token);
    }
}
