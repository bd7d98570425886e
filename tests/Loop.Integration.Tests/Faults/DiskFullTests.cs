using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Harness.Mesh;
using Xunit;

namespace Loop.Integration.Tests.Faults;

public sealed class DiskFullTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DiskFull_ThenFreed_KeepsWhatWaitedAndLosesNothingAcknowledged()
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        string data = Path.Combine(disk.Path, "data");
        var acknowledged = new Acknowledgements();
        IReadOnlyList<ConversationSummary> final;
        await using (LoopServer server = await LoopServer.Start(data, FastTimes.Environment))
        {
            using var api = new LoopApi(server.Http);
            using var mesh = new FakeMesh(server.Capture!, Cancellation);
            IReadOnlyList<ConversationSummary> before = await Kept.Conversations(server, 4, Cancellation);
            disk.Fill();

            FakeConversation[] during = await mesh.SendMany(8, failEvery: 1);
            Assert.All(during, one => Assert.True(one.IsTaken, "capture must go on while the store cannot write"));
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join(Environment.NewLine, server.Errors.Take(3)));
            SystemStatus full = await api.StatusUntil(status => !status.Ready && status.Problems.Any(IsFull), "a problem that names the full disk", Cancellation);
            Assert.DoesNotContain(full.Nodes, node => node.Counts.ContainsKey("faults"));

            // What a list tells while the disk is full counts as acknowledged, and must be there for ever.
            foreach (ConversationSummary told in await api.List(Cancellation))
                acknowledged.Told(told.Id, "list on a full disk");
            foreach (ConversationSummary told in before)
                acknowledged.Told(told.Id, "list before");
            disk.Free();

            await api.ListUntil(list => list.Count == 12 && list.All(one => one.State == ConversationState.Sealed), "12 sealed conversations", Cancellation, limitSeconds: 60);
            await api.StatusUntil(status => status.Ready && !status.Problems.Any(IsFull), "ready again", Cancellation);
            final = await api.ListAll(Cancellation);
            Assert.Equal(during.Select(one => $"trace:{one.TraceId}").Order(), final.Select(one => one.TraceKey).Except(before.Select(one => one.TraceKey)).Order());
            Assert.Equal(during.Sum(one => one.Hops), final.Where(one => before.All(old => old.Id != one.Id)).Sum(one => one.Hops));
            await acknowledged.CheckListed(api, Cancellation);
            await server.Kill();
        }

        await using LoopServer restarted = await LoopServer.Start(data, FastTimes.Environment);
        using var restartedApi = new LoopApi(restarted.Http);
        Assert.Equal(final.Select(one => (one.Id, one.Hops)), (await restartedApi.ListAll(Cancellation)).Select(one => (one.Id, one.Hops)));
        Assert.Empty(restarted.Errors);
    }

    private static bool IsFull(string problem) => problem.Contains("No space is left", StringComparison.Ordinal);
}
