using System.Security.Cryptography;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Integration.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Spine.Storm;

/// <summary>Traces that share names, end late, or never end.</summary>
public sealed class OddTraceTests
{
    private static readonly TimeSpan ThinkTime = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CallerThatEndsLongAfterItsCallee_IsThereAndHoldsTheSeal()
    {
        await using LoopServer server = await LoopServer.Start();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using OddMesh mesh = await OddMesh.Start(server, async (mesh, context) =>
        {
            (await mesh.Call(context, "/fail")).Dispose();
            await release.Task;
            context.Response.StatusCode = 502;
        });
        using var api = new LoopApi(server.Http);
        Task<HttpResponseMessage> answer = mesh.Send("/slow", Trace());
        ConversationSummary open = Assert.Single(await api.ListUntil(list => list.Count == 1 && list[0].Exchanges >= 2, "the callee's views", Cancellation));
        await Task.Delay(ThinkTime, Cancellation);
        Assert.Equal(ConversationState.Open, Assert.Single(await api.List(Cancellation)).State);
        release.SetResult();
        (await answer).Dispose();

        ConversationDetail detail = await Sealed(api, open.Id);
        Assert.Equal("quiet", detail.SealReason);
        Assert.Equal(["caller", "callee"], detail.Hops.Select(hop => hop.Destination));
        Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing));
        Assert.Equal((3, detail.Hops[1].Id), (detail.Hops.Sum(hop => hop.Views.Count), detail.OriginHopId));
        Assert.DoesNotContain(detail.Hops.SelectMany(hop => hop.Views), view => view.Late);
    }

    [Fact]
    public async Task EndlessStreamAboveAFailingCallee_IsSealedAtTheLimitAsStillOpen()
    {
        await using LoopServer server = await LoopServer.Start(environment: new Dictionary<string, string> { ["Loop__Store__Conversations__TimeLimit"] = "00:00:10" });
        await using OddMesh mesh = await OddMesh.Start(server, async (mesh, context) =>
        {
            (await mesh.Call(context, "/fail")).Dispose();
            context.Response.ContentType = "text/event-stream";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync("data: tick\n\n", context.RequestAborted);
                await Task.Delay(200, context.RequestAborted);
            }
        });
        using var api = new LoopApi(server.Http);
        using HttpResponseMessage stream = await mesh.Send("/events", Trace());
        ConversationSummary kept = Assert.Single(await api.ListUntil(list => list.Count == 1, "one conversation", Cancellation));

        ConversationDetail detail = await Sealed(api, kept.Id);
        Assert.Equal("time limit", detail.SealReason);
        Assert.Contains(detail.Hops, hop => hop.Destination == "callee" && hop.Views.Count == 2);
        Assert.NotEmpty(detail.Coherence.Missing);
        Assert.All(detail.Coherence.Missing, missing => Assert.Equal("still open", missing.Why));
        HopView events = detail.Hops.Single(hop => hop.Destination == "caller");
        Assert.Equal((ExchangeEnd.Open, "/events", 200), (events.End, events.Request!.Path, events.Response!.Status!.Value));
        Assert.StartsWith("data: tick\n\ndata: tick", System.Text.Encoding.UTF8.GetString(await api.Body(detail.Id, events.Id, "response", Cancellation)), StringComparison.Ordinal);
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task CallAfterItsRequestEnded_IsAChildOfIt()
    {
        await using LoopServer server = await LoopServer.Start();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using OddMesh mesh = await OddMesh.Start(server, (mesh, context) =>
        {
            Dictionary<string, string> headers = OddMesh.Headers(context);
            _ = Task.Run(async () =>
            {
                await Task.Delay(500);
                (await mesh.Call(headers, "/fail")).Dispose();
                called.SetResult();
            });
            return context.Response.WriteAsync("accepted");
        });
        using var api = new LoopApi(server.Http);
        (await mesh.Send("/forget", Trace())).Dispose();
        await called.Task;
        ConversationSummary kept = Assert.Single(await api.ListUntil(list => list.Count == 1, "one conversation", Cancellation));

        ConversationDetail detail = await Sealed(api, kept.Id);
        Assert.Equal(["caller", "callee"], detail.Hops.Select(hop => hop.Destination));
        Assert.Equal(detail.Hops[0].Id, detail.Hops[1].ParentId);
        Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing));
    }

    [Fact]
    public async Task FiftyParallelRequestsOfOneTrace_AreOneConversation()
    {
        await using LoopServer server = await LoopServer.Start();
        await using OddMesh mesh = await OddMesh.Start(server, FailThrough);
        using var api = new LoopApi(server.Http);
        string trace = Trace();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await mesh.Send("/parallel", trace)).Dispose()));

        ConversationDetail detail = await TheOne(api);
        Assert.Equal(150, detail.Hops.Sum(hop => hop.Views.Count));
        Assert.Equal(100, detail.Hops.Count);
        Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing.Take(5)));
        Assert.Equal(50, detail.Hops.Where(hop => hop.Destination == "callee").Select(hop => hop.ParentId).Distinct().Count());
    }

    [Fact]
    public async Task TraceOf300Exchanges_IsWhole()
    {
        const int calls = 149;
        await using LoopServer server = await LoopServer.Start();
        await using OddMesh mesh = await OddMesh.Start(server, async (mesh, context) =>
        {
            for (int call = 1; call <= calls; call++)
                (await mesh.Call(context, call == calls ? "/fail" : $"/ok/{call}")).Dispose();
            context.Response.StatusCode = 502;
        });
        using var api = new LoopApi(server.Http);
        (await mesh.Send("/many", Trace())).Dispose();

        ConversationDetail detail = await TheOne(api);
        Assert.Equal((calls + 1, (2 * calls) + 1), (detail.Hops.Count, detail.Hops.Sum(hop => hop.Views.Count)));
        Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing.Take(5)));
        Assert.All(detail.Hops.Skip(1), hop => Assert.Equal(detail.Hops[0].Id, hop.ParentId));
        Assert.EndsWith("/fail", detail.Hops.Single(hop => hop.Id == detail.OriginHopId).Request!.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestIdUsedForTwoTraces_JoinsThemAndKeepsTheirTreesApart()
    {
        await using LoopServer server = await LoopServer.Start();
        await using OddMesh mesh = await OddMesh.Start(server, FailThrough);
        using var api = new LoopApi(server.Http);
        const string id = "the-same-request-id";
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await mesh.Send("/reuse", Trace(), id)).Dispose()));

        ConversationDetail detail = await TheOne(api);
        Assert.Equal((8, 12), (detail.Hops.Count, detail.Hops.Sum(hop => hop.Views.Count)));
        Assert.Equal(4, detail.Hops.Where(hop => hop.Destination == "callee").Select(hop => hop.ParentId).OfType<string>().Distinct().Count());
        Assert.True(detail.Coherence.Complete, string.Join(", ", detail.Coherence.Missing));
    }

    [Fact]
    public async Task TraceSeenAgain_SoonIsLateAndLongAfterIsANewGeneration()
    {
        await using LoopServer server = await LoopServer.Start(environment: new Dictionary<string, string> { ["Loop__Store__Conversations__LateWatch"] = "00:00:06" });
        await using OddMesh mesh = await OddMesh.Start(server, FailThrough);
        using var api = new LoopApi(server.Http);
        string trace = Trace();
        (await mesh.Send("/retry", trace)).Dispose();
        string first = (await TheOne(api)).Id;

        (await mesh.Send("/retry", trace)).Dispose();
        await api.ListUntil(list => list.Count == 1 && list[0].Exchanges >= 6, "the retry's exchanges in the same conversation", Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(9), Cancellation);
        (await mesh.Send("/retry", trace)).Dispose();
        IReadOnlyList<ConversationSummary> both = await api.ListUntil(list => list.Count == 2 && list.All(one => one.State == ConversationState.Sealed), "a second generation", Cancellation);

        ConversationDetail again = await api.Show(both.Single(one => one.Id != first).Id, Cancellation);
        Assert.Equal(3, again.Hops.Sum(hop => hop.Views.Count));
        Assert.Equal(6, (await api.Show(first, Cancellation)).Hops.Sum(hop => hop.Views.Count));
    }

    private static async Task FailThrough(OddMesh mesh, HttpContext context)
    {
        (await mesh.Call(context, "/fail")).Dispose();
        context.Response.StatusCode = 502;
    }

    private static string Trace() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task<ConversationDetail> TheOne(LoopApi api)
    {
        ConversationSummary one = Assert.Single(await api.ListUntil(list => list.Count == 1 && list[0].State == ConversationState.Sealed, "one sealed conversation", Cancellation, limitSeconds: 60));
        return await api.Show(one.Id, Cancellation);
    }

    private static async Task<ConversationDetail> Sealed(LoopApi api, string id)
    {
        await api.ListUntil(list => list.Single(one => one.Id == id).State == ConversationState.Sealed, "the seal", Cancellation, limitSeconds: 60);
        return await api.Show(id, Cancellation);
    }
}
