using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Harness.Mesh;
using Xunit;

namespace Loop.Integration.Tests.Faults;

public sealed class MeshTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mesh_ManyConversationsAtOnce_ExactlyTheFailingOnesAreKeptWhole()
    {
        await using LoopServer server = await LoopServer.Start(environment: FastTimes.Environment);
        using var api = new LoopApi(server.Http);
        using var mesh = new FakeMesh(server.Capture!, Cancellation);
        FakeConversation[] sent = await mesh.SendMany(60, failEvery: 5);
        Assert.All(sent, one => Assert.True(one.IsTaken));
        FakeConversation[] failing = [.. sent.Where(one => one.Fails)];

        await api.ListUntil(list => list.Count == failing.Length && list.All(one => one.State == ConversationState.Sealed), $"{failing.Length} sealed conversations", Cancellation);

        foreach (FakeConversation expected in failing)
        {
            ConversationSummary summary = Assert.Single(await api.List(Cancellation), one => one.TraceKey == $"trace:{expected.TraceId}");
            ConversationDetail detail = await api.Show(summary.Id, Cancellation);
            Assert.Equal(expected.Hops, detail.Hops.Count);
            Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing));
            Assert.Equal(expected.Path, summary.Path);
            Assert.Equal(expected.RequestBody(1), await api.Body(detail.Id, "2", "request", Cancellation));
        }

        Assert.Empty(server.Errors);
    }
}
