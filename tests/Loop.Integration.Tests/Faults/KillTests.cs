using System.Diagnostics;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Harness.Mesh;
using Xunit;

namespace Loop.Integration.Tests.Faults;

public sealed class KillTests
{
    private const int ShortRounds = 3;
    private const int LongRounds = 12;
    private const int AtOnce = 6;
    private const int MostBodiesBeforeKill = 40;
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ShortRounds)]
    [InlineData(LongRounds)]
    public async Task Kill_AtRandomMomentsOfCollecting_LosesNothingThatWasAcknowledged(int rounds)
    {
        Assert.SkipUnless(rounds == ShortRounds || Environment.GetEnvironmentVariable("LOOP_STORM") is "long", "LOOP_STORM is not long: the many rounds of kill -9 are left out.");
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string data = Directory.CreateTempSubdirectory("loop-kill-").FullName;
        var acknowledged = new Acknowledgements();
        var sent = new List<FakeConversation>();
        for (int round = 0; round < rounds; round++)
        {
            await using LoopServer server = await LoopServer.Start(data, FastTimes.Environment);
            using var api = new LoopApi(server.Http);
            await acknowledged.CheckListed(api, Cancellation);
            sent.AddRange(await TrafficUntilKilled(server, api, acknowledged, random.Next(MostBodiesBeforeKill)));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"acknowledged: {acknowledged.Conversations} conversations, {acknowledged.Exchanges} exchanges, {acknowledged.Bodies} bodies");
        Assert.True(acknowledged.Bodies > rounds, "so little was acknowledged that this test says nothing");
        await CheckAfterwards(data, acknowledged, sent);
        Directory.Delete(data, recursive: true);
    }

    private static async Task<IReadOnlyList<FakeConversation>> TrafficUntilKilled(LoopServer server, LoopApi api, Acknowledgements acknowledged, int killAfterBodies)
    {
        using var mesh = new FakeMesh(server.Capture!, Cancellation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sent = new List<FakeConversation>(await mesh.SendMany(AtOnce, failEvery: 2));
        Task watching = Task.WhenAll(acknowledged.Watch(api, ending.Token), acknowledged.Tail(api, ending.Token));
        Task traffic = Task.Run(
            async () =>
            {
                while (!ending.IsCancellationRequested)
                {
                    FakeConversation[] burst = await mesh.SendMany(AtOnce, failEvery: 2);
                    sent.AddRange(burst);
                    await KeepHealthy(api, acknowledged, burst, ending.Token);
                }
            },
            Cancellation);

        // The moment is counted in answers, not in time, so that it falls into the work on any machine.
        int killAt = acknowledged.Bodies + killAfterBodies;
        long started = Stopwatch.GetTimestamp();
        while (acknowledged.Bodies < killAt && Stopwatch.GetElapsedTime(started) < LongestRound)
            await Task.Delay(5, Cancellation);
        await server.Kill();
        await ending.CancelAsync();
        await Task.WhenAll(traffic, watching);
        Assert.Empty(server.Errors);
        return sent;
    }

    private static async Task KeepHealthy(LoopApi api, Acknowledgements acknowledged, FakeConversation[] burst, CancellationToken cancellationToken)
    {
        try
        {
            if (burst.FirstOrDefault(one => !one.Fails && one.IsTaken) is { } healthy && await api.KeepSummary(healthy.TraceId, cancellationToken) is { } kept)
                acknowledged.Told(kept.Id, "keep");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            // It was killed while it answered.
        }
    }

    private static async Task CheckAfterwards(string data, Acknowledgements acknowledged, List<FakeConversation> sent)
    {
        string before;
        await using (LoopServer server = await LoopServer.Start(data, FastTimes.Environment))
        {
            using var api = new LoopApi(server.Http);
            IReadOnlyList<ConversationSummary> all = await api.AllSealed(Cancellation);
            await acknowledged.CheckListed(api, Cancellation);
            await acknowledged.CheckContent(api, Cancellation);
            foreach (ConversationSummary one in all)
                await CheckWhole(api, one, sent);
            before = await Everything(api);
            Assert.Empty(server.Errors);
            Assert.Equal(0, await server.Stop());
        }

        Assert.Equal(await StoredFiles.ReferencedSegments(data, Cancellation), StoredFiles.Segments(data));
        StoredFiles.DeleteIndex(data);
        await using LoopServer rebuilt = await LoopServer.Start(data, FastTimes.Environment);
        using var rebuiltApi = new LoopApi(rebuilt.Http);
        Assert.Equal(before, await Everything(rebuiltApi));
    }

    // Nothing half-written shows: each exchange is readable and is what was sent; where all are gone, the report says why.
    private static async Task CheckWhole(LoopApi api, ConversationSummary summary, List<FakeConversation> sent)
    {
        ConversationDetail detail = await api.Show(summary.Id, Cancellation);
        Assert.Equal(ConversationState.Sealed, detail.State);
        Assert.Equal(summary.Hops, detail.Hops.Count);
        FakeConversation? origin = sent.SingleOrDefault(one => detail.Keys.Contains($"trace:{one.TraceId}"));
        Assert.True(origin is not null, $"{summary.Id} is of no trace that was sent");
        if (detail.Hops.Count == 0)
            Assert.True(detail.Coherence.Missing.Count > 0, $"{summary.Id} is empty and says that nothing is missing");
        foreach (HopView hop in detail.Hops)
        {
            int service = int.Parse(hop.Destination.AsSpan("service".Length), System.Globalization.CultureInfo.InvariantCulture);
            if (hop.Request?.BodySha256 is not null && !hop.Request.BodyTruncated)
                Assert.Equal(origin.RequestBody(service), await api.Body(detail.Id, hop.Id, "request", Cancellation));
            if (hop.Response?.BodySha256 is not null && !hop.Response.BodyTruncated)
                Assert.Equal(origin.ResponseBody(service), await api.Body(detail.Id, hop.Id, "response", Cancellation));
        }
    }

    private static async Task<string> Everything(LoopApi api)
    {
        IReadOnlyList<ConversationSummary> all = await api.ListAll(Cancellation);
        var details = new List<ConversationDetail>();
        foreach (ConversationSummary one in all)
            details.Add(await api.Show(one.Id, Cancellation));
        return JsonSerializer.Serialize(new { all, details }, LoopJson.Indented);
    }
}
