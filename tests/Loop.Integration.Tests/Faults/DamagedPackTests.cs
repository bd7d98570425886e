using System.Net;
using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

public sealed class DamagedPackTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WithAnOrphanSegment_SweepsItAndShowsTheSame()
    {
        (string data, IReadOnlyList<ConversationSummary> all) = await Kept.Directory(2, Cancellation);
        string pack = Path.Combine(data, "packs", $"conversation-{all[0].Id}");
        string foreign = Path.Combine(data, "packs", $"conversation-{all[1].Id}");
        IReadOnlyList<string> before = StoredFiles.Segments(data);

        // What a crash between segment and event leaves: a whole segment that no event names. And one cut off in the middle of its write.
        File.Copy(Directory.GetFiles(foreign)[0], Path.Combine(pack, "77"));
        File.WriteAllText(Path.Combine(pack, ".tmp-1-1"), "half");

        await using (LoopServer server = await LoopServer.Start(data, FastTimes.Environment))
        {
            using var api = new LoopApi(server.Http);
            Assert.Equal(all.Select(one => (one.Id, one.Hops)), (await api.List(Cancellation)).Select(one => (one.Id, one.Hops)));
            Assert.Equal(all[0].Hops, (await api.Show(all[0].Id, Cancellation)).Hops.Count);
            Assert.Empty(server.Errors);
            await server.Stop();
        }

        Assert.Equal(before, StoredFiles.Segments(data));
        Assert.False(File.Exists(Path.Combine(pack, ".tmp-1-1")));
    }

    [Theory]
    [InlineData("missing", true)]
    [InlineData("missing", false)]
    [InlineData("garbage", true)]
    [InlineData("truncated", false)]
    [InlineData("empty", true)]
    public async Task Show_OfAConversationWithADamagedSegment_SaysSoAndAllOthersWork(string damage, bool rebuild)
    {
        (string data, IReadOnlyList<ConversationSummary> all) = await Kept.Directory(3, Cancellation);
        ConversationSummary damaged = all[1];
        Damage(Directory.GetFiles(Path.Combine(data, "packs", $"conversation-{damaged.Id}"))[0], damage);
        if (rebuild)
            StoredFiles.DeleteIndex(data);

        await using LoopServer server = await LoopServer.Start(data, FastTimes.Environment);
        using var api = new LoopApi(server.Http);

        // It was acknowledged, so that it stays in the list, also when the list is built again.
        Assert.Equal(all.Select(one => one.Id).Order(), (await api.List(Cancellation)).Select(one => one.Id).Order());
        (HttpStatusCode status, string text) = await api.Ask(HttpMethod.Get, $"/api/v1/conversations/{damaged.Id}", null, Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("Stored data cannot be read", text, StringComparison.Ordinal);
        Assert.Contains($"packs/conversation-{damaged.Id}", text, StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", text, StringComparison.Ordinal);
        Assert.Equal(rebuild, (await api.Status(Cancellation)).Problems.Any(problem => problem.Contains(damaged.Id, StringComparison.Ordinal)));

        foreach (ConversationSummary other in all.Where(one => one.Id != damaged.Id))
        {
            ConversationDetail detail = await api.Show(other.Id, Cancellation);
            Assert.Equal(other.Hops, detail.Hops.Count);
            Assert.NotEmpty(await api.Body(other.Id, "1", "request", Cancellation));
        }

        // New ones are kept as ever; the refusals above, and the grain that cannot be activated, are the only errors.
        await Kept.Conversations(server, 1, Cancellation);
        Assert.All(server.Errors, line => Assert.True(line.Contains($"/api/v1/conversations/{damaged.Id} failed", StringComparison.Ordinal) || line.Contains("Orleans.Grain[", StringComparison.Ordinal), line));
    }

    private static void Damage(string file, string damage)
    {
        switch (damage)
        {
            case "missing":
                File.Delete(file);
                break;
            case "empty":
                File.WriteAllBytes(file, []);
                break;
            case "garbage":
                byte[] garbage = new byte[new FileInfo(file).Length];
                new Random(1).NextBytes(garbage);
                File.WriteAllBytes(file, garbage);
                break;
            case "truncated":
                File.WriteAllBytes(file, File.ReadAllBytes(file)[..^40]);
                break;
        }
    }
}
