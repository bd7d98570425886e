using System.Net;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.EnvoyConfig.Running;
using Loop.Replayer.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Loop.Replayer.Tests;

public sealed class ReplayEndToEndTests
{
    private const string SameBody = """{ "error": "discount is null" }""";

    [Theory]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http2, "HTTP/2")]
    public async Task Replay_SameFailure_IsReproduced(HttpProtocols protocols, string recordedProtocol)
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout?x=1", 500, SameBody, "{}", change: exchange => exchange with { Protocol = recordedProtocol });
        await using TestDestination destination = await TestDestination.Answering(500, SameBody, protocols: protocols);
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Reproduced, "R1", "entry"), (report.Verdict, report.Row, report.Evidence));
        Assert.Empty(report.Divergences);
        Received received = Assert.Single(destination.Requests);
        Assert.Equal(recordedProtocol, received.Protocol);
        Assert.Equal("shop.example", received.Host);
        Assert.Equal("/checkout?x=1", received.Path);
    }

    [Fact]
    public async Task Replay_WritesItsEventsInOrder()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal(
            ["ReplayRequested", "ReplayBegun", "ReplayKeysRegistered", "ReplayRequestSent", "ReplayAnswered", "ReplayFinished"],
            host.Store.Stream(report.Id).Select(fact => fact.GetType().Name));
    }

    [Fact]
    public async Task Replay_Ended_IsCountedByVerdictAndRow()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        Task<string> counted = host.NextMeasurement("loop.replayer.replay.ended");

        await host.Replay(destination.Name);

        Assert.Equal("1 verdict=reproduced row=R1", await counted);
    }

    [Fact]
    public async Task Replay_SendsFreshNamesAndNoTokens()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 500, SameBody, "a body", change: exchange => exchange with
        {
            Redacted = ["request:authorization"],
            Request = exchange.Request! with
            {
                Headers =
                [
                    .. exchange.Request.Headers, new("authorization", "Bearer loop:abc"), new("cookie", "sid=loop:def; theme=dark"), new("x-envoy-attempt-count", "1"),
                    new("x-forwarded-for", "10.0.0.1"), new("transfer-encoding", "chunked"), new("te", "trailers"), new("x-custom", "kept"),
                ],
            },
        });
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name);

        Received received = Assert.Single(destination.Requests);
        ReplayRequested requested = host.Store.Stream(report.Id).OfType<ReplayRequested>().Single();
        Assert.Equal(requested.Keys[0], TraceKey.FromTraceParent(received.Headers["traceparent"]));
        Assert.Equal(requested.Keys[1], TraceKey.FromRequestId(received.Headers["x-request-id"]));
        Assert.Equal($"loop-replay={report.Id}", received.Headers["baggage"]);
        Assert.Equal(["baggage", "content-type", "host", "te", "traceparent", "transfer-encoding", "x-custom", "x-request-id"], received.Headers.Keys.Order());
        Assert.Equal("a body", Encoding.UTF8.GetString(received.Body));
        Assert.DoesNotContain(received.Headers.Values, value => value.Contains("loop:", StringComparison.Ordinal));
        Assert.Contains(report.Adjustments, line => line.StartsWith("dropped authorization", StringComparison.Ordinal));
        Assert.Contains(report.Adjustments, line => line.StartsWith("dropped cookie", StringComparison.Ordinal));
        Assert.Contains(report.Adjustments, line => line.StartsWith("dropped x-envoy-attempt-count", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Replay_Redirect_IsNotFollowed()
    {
        await using TestDestination destination = await TestDestination.Start(context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Single(destination.Requests);
        Assert.Equal(302, report.ReplayedStatus);
    }

    [Fact]
    public async Task Replay_OtherBody_IsDivergedByCause()
    {
        await using TestDestination destination = await TestDestination.Answering(500, """{"error":"card is null"}""");
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Diverged, "D1"), (report.Verdict, report.Row));
        Assert.Equal(new Divergence("entry", "body $.error", "\"discount is null\"", "\"card is null\""), report.Divergences[0]);
    }

    [Fact]
    public async Task Replay_OtherStatus_IsDiverged()
    {
        await using TestDestination destination = await TestDestination.Answering(503, SameBody);
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Diverged, "D2"), (report.Verdict, report.Row));
        Assert.Equal(new Divergence("entry", "status", "500", "503"), report.Divergences[0]);
    }

    [Theory]
    [InlineData("127.0.0.1:1", Verdict.Fixed, "F3")]
    [InlineData(null, Verdict.Inconclusive, "F2")]
    [InlineData("same", Verdict.Inconclusive, "F2")]
    public async Task Replay_FailureAbsent_NeedsABaselineElsewhere(string? baseline, Verdict verdict, string row)
    {
        await using TestDestination destination = await TestDestination.Answering(200, """{"ok":true}""");
        FakeStore store = new();
        if (baseline is not null)
            store.Earlier.Add(Reports.Earlier(baseline == "same" ? $"localhost:{destination.Port}" : baseline, Verdict.Reproduced));
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store);

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((verdict, row), (report.Verdict, report.Row));
    }

    [Fact]
    public async Task Replay_DestinationHangs_EndsAtTheLimit()
    {
        TaskCompletionSource never = new();
        await using TestDestination destination = await TestDestination.Start(context => never.Task.WaitAsync(context.RequestAborted));
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), settings: new() { ["Loop:Replay:MinimumTimeLimit"] = "00:00:00.4" });

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Diverged, "D2"), (report.Verdict, report.Row));
        Assert.StartsWith("hang", report.Reason, StringComparison.Ordinal);
        Assert.Equal("headers timed out", host.Store.Stream(report.Id).OfType<ReplayAnswered>().Single().Outcome);
    }

    [Fact]
    public async Task Replay_ShorterLimitThanTheRecordingNeeds_IsInconclusive()
    {
        TaskCompletionSource never = new();
        await using TestDestination destination = await TestDestination.Start(context => never.Task.WaitAsync(context.RequestAborted));
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name, request => request with { TimeoutSeconds = 0.3 });

        Assert.Equal((Verdict.Inconclusive, "D2"), (report.Verdict, report.Row));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"err", "body reset", Verdict.Diverged, "D2")]
    [InlineData("", "headers reset", Verdict.Diverged, "D2")]
    [InlineData("\u0001\u0002 not http at all\r\n\r\n", "headers garbage", Verdict.Inconclusive, "V1")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "headers garbage", Verdict.Inconclusive, "V1")]
    [InlineData("HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "body garbage", Verdict.Inconclusive, "V1")]
    public async Task Replay_BrokenAnswer_IsAValue(string bytes, string outcome, Verdict verdict, string row)
    {
        await using RawDestination destination = RawDestination.Answering(bytes);
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal(outcome, host.Store.Stream(report.Id).OfType<ReplayAnswered>().Single().Outcome);
        Assert.Equal((verdict, row), (report.Verdict, report.Row));
        Assert.Equal(1, destination.Connections);
    }

    [Fact]
    public async Task Replay_ResetWithinTheBody_IsAValue()
    {
        await using RawDestination destination = RawDestination.Answering("HTTP/1.1 500 X\r\ncontent-length: 100\r\n\r\n{", reset: true);
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Diverged, "D2"), (report.Verdict, report.Row));
        Assert.Equal(1, destination.Connections);
    }

    [Fact]
    public async Task Replay_NothingListens_IsInconclusive()
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());

        ReplayReport report = await host.Replay($"127.0.0.1:{FreePorts.Take()}");

        Assert.Equal((Verdict.Inconclusive, "V1"), (report.Verdict, report.Row));
        Assert.Contains("nothing listens", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_TruncatedRequest_SendsNothing()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 500, SameBody, "abc", change: exchange => exchange with
        {
            Request = exchange.Request! with { Body = exchange.Request.Body with { Truncated = true, SizeBytes = 9 } },
        });
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Inconclusive, "V4"), (report.Verdict, report.Row));
        Assert.Empty(destination.Requests);
        Assert.Empty(report.Divergences);
    }

    [Fact]
    public async Task Replay_StoreFails_StillEnds()
    {
        FakeStore store = new() { FailOnRegister = new InvalidOperationException("no disk") };
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store);

        ReplayReport report = await host.Replay("127.0.0.1:9");

        Assert.Equal((Verdict.Inconclusive, "V1"), (report.Verdict, report.Row));
        Assert.Contains("no disk", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAbandonedReplay_FinishesIt()
    {
        FakeStore store = new();
        await store.Request(new ReplayRequested("abandoned000", ConversationId.Parse(Recording.Id), "hop-1", "127.0.0.1:1", [], Recording.Start));
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store);

        ReplayReport report = await store.Finished("abandoned000");

        Assert.Equal((Verdict.Inconclusive, "V1", "finished"), (report.Verdict, report.Row, report.Stage));
    }
}
