using System.Globalization;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Spine.Storm;

/// <summary>Parallel traffic with failures, a real server, real Envoys: what is kept is compared with what was sent.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    private const int Clients = 12;
    private const double LeastCoherence = 0.99;

    private static bool IsLong => Environment.GetEnvironmentVariable("LOOP_STORM") is "long";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Storm_EveryFailingRequest_IsOneWholeConversation(bool tracing)
    {
        await using LoopServer server = await LoopServer.Start();
        StormVerdict verdict = await Run(server, tracing, IsLong ? 2_000 : 400, _ => Task.CompletedTask);

        Assert.Empty(verdict.NotKept);
        Assert.Empty(verdict.Faults);
        Assert.True(verdict.ViewsPresent >= LeastCoherence * verdict.ViewsExpected, verdict.ToString());
        Assert.DoesNotContain("never seen", verdict.Reasons.Keys);
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Storm_SmallRing_EveryHoleHasAReason()
    {
        await using LoopServer server = await LoopServer.Start(environment: new Dictionary<string, string> { ["Loop__Capture__Ring__PoolBytes"] = "2097152", ["Loop__Capture__Ring__BodyLimitBytes"] = "65536" });
        StormVerdict verdict = await Run(server, tracing: true, IsLong ? 2_000 : 400, _ => Task.CompletedTask);

        Assert.Empty(verdict.Faults);
        Assert.DoesNotContain("never seen", verdict.Reasons.Keys);
    }

    [Fact]
    public async Task Storm_MoreThanTheCapPerMinute_CountsTheRefused()
    {
        const int cap = 10;
        await using LoopServer server = await LoopServer.Start(environment: new Dictionary<string, string> { ["Loop__Store__Conversations__KeptPerMinute"] = $"{cap}" });
        StormVerdict verdict = await Run(server, tracing: true, 200, _ => Task.CompletedTask);
        using var api = new LoopApi(server.Http);
        SystemStatus status = await api.Status(Cancellation);

        Assert.Empty(verdict.Faults);
        Assert.InRange(verdict.Kept, cap, verdict.Expected);
        Assert.True(status.Store.Refused >= verdict.NotKept.Count, $"{verdict.NotKept.Count} were not kept, {status.Store.Refused} refused triggers are counted");
    }

    // Longer than Envoy's deferred close, which resets the side streams that nobody read.
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Storm_WorldStops_LossesAreCountedAndNamed(int seconds)
    {
        if (!IsLong && seconds > 3)
            Assert.Skip("LOOP_STORM is not long: the stop of 8 s is left out.");
        await using LoopServer server = await LoopServer.Start();
        StormVerdict verdict = await Run(server, tracing: true, 400, async token =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), token);
            server.Freeze();
            await Task.Delay(TimeSpan.FromSeconds(seconds), token);
            server.Thaw();
        });
        using var api = new LoopApi(server.Http);
        IReadOnlyDictionary<string, long> counts = (await api.Status(Cancellation)).Nodes.Single().Counts;
        output.WriteLine(string.Join(", ", counts.Select(pair => $"{pair.Key}={pair.Value}")));

        Assert.Empty(verdict.Faults);
        Assert.DoesNotContain("never seen", verdict.Reasons.Keys);
        Assert.Empty(server.Errors);
    }

    private async Task<StormVerdict> Run(LoopServer server, bool tracing, int requests, Func<CancellationToken, Task> meanwhile)
    {
        await using StormMesh mesh = await StormMesh.Start(server, tracing, Cancellation);
        using var client = new StormClient(mesh.Entry, tracing);
        using var api = new LoopApi(server.Http);
        Task disturbance = meanwhile(Cancellation);
        await client.Storm(requests, Clients, Cancellation);
        await disturbance;
        Assert.DoesNotContain(client.Sent, request => request.Status == 0);
        Assert.NotEmpty(client.Failed);

        int last = -1;
        await api.ListUntil(
            list =>
            {
                bool isQuiet = list.Count == last && list.All(one => one.State == ConversationState.Sealed);
                last = list.Count;
                return isQuiet && list.Count > 0;
            },
            "that everything is sealed",
            Cancellation,
            limitSeconds: 90);

        // What a second look finds came late.
        await Task.Delay(TimeSpan.FromSeconds(2), Cancellation);
        StormVerdict verdict = await StormVerdict.Of(api, client.Failed, Cancellation);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{requests} requests, tracing {tracing}: {verdict}"));
        return verdict;
    }
}
