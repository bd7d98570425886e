using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

public sealed class ReplayerApiTests
{
    [Fact]
    public async Task Post_SeveralRoots_ListsThem()
    {
        Recording recording = Recording.Failing();
        recording.Hop("web", "GET", "/other", 200, "{}", source: "client");
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        (HttpStatusCode status, JsonElement problem) = await host.Refused("localhost:9");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal(["hop-1", "hop-2"], problem.GetProperty("hops").EnumerateArray().Select(hop => hop.GetProperty("id").GetString()));
        Assert.Equal("Choose one with --hop.", problem.GetProperty("remedy").GetString());
        Assert.Empty(host.Store.StreamIds);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("hop-2")]
    public async Task Post_ChosenHop_IsSent(string hop)
    {
        Recording recording = Recording.Failing();
        recording.Hop("web", "GET", "/other", 200, "{}", source: "client");
        await using TestDestination destination = await TestDestination.Answering(200, "{}");
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name, request => request with { Hop = hop });

        Assert.Equal("/other", Assert.Single(destination.Requests).Path);
        Assert.Equal("hop-2", report.HopId);
        Assert.Equal((Verdict.Inconclusive, "V2"), (report.Verdict, report.Row));
    }

    [Fact]
    public async Task Post_OpenConversation_TellsToWait()
    {
        Recording recording = Recording.Failing();
        recording.State = ConversationState.Open;
        await using ReplayerHost host = await ReplayerHost.Start(recording);
        (HttpStatusCode status, JsonElement problem) = await host.Refused("localhost:9");
        Assert.Equal((HttpStatusCode.Conflict, "urn:loop:problem:conversation-open"), (status, problem.GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("nonsense", HttpStatusCode.BadRequest, "malformed-destination")]
    [InlineData("10.9.9.9:80", HttpStatusCode.Forbidden, "destination-not-allowed")]
    [InlineData("169.254.169.254:80", HttpStatusCode.Forbidden, "forbidden-destination")]
    [InlineData("localhost:5678", HttpStatusCode.Forbidden, "own-port")]
    public async Task Post_BadDestination_IsRefused(string destination, HttpStatusCode expected, string kind)
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        (HttpStatusCode status, JsonElement problem) = await host.Refused(destination);
        Assert.Equal((expected, $"urn:loop:problem:{kind}"), (status, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Post_OwnListener_IsRefused()
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        (HttpStatusCode status, JsonElement _) = await host.Refused($"127.0.0.1:{host.Port}");
        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    [Theory]
    [InlineData("7f3", HttpStatusCode.BadRequest)]
    [InlineData("7f3!", HttpStatusCode.BadRequest)]
    [InlineData("zzzz", HttpStatusCode.NotFound)]
    [InlineData("7f3k", HttpStatusCode.Conflict)]
    public async Task Post_BadConversation_IsRefused(string conversation, HttpStatusCode expected)
    {
        FakeStore store = new();
        store.Recordings["7f3k99999999"] = Recording.Failing();
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store);
        Assert.Equal(expected, (await host.Refused("localhost:9", request => request with { Conversation = conversation })).Status);
    }

    [Theory]
    [InlineData("traceparent", "x")]
    [InlineData("bad name", "x")]
    [InlineData("x-a", "one\r\nx-b: two")]
    [InlineData("authorization", "Bearer loop:token")]
    public async Task Post_BadHeader_IsRefused(string name, string value)
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Refused("localhost:9", request => request with { Headers = new Dictionary<string, string> { [name] = value } })).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e9)]
    public async Task Post_BadTimeout_IsRefused(double seconds)
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Refused("localhost:9", request => request with { TimeoutSeconds = seconds })).Status);
    }

    [Fact]
    public async Task Post_SuppliedCredential_IsSentAndOverridesTheRecording()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/x", 500, """{"error":"discount is null"}""", change: exchange => exchange with
        {
            Redacted = ["request:authorization"],
            Request = exchange.Request! with { Headers = [.. exchange.Request.Headers, new("authorization", "tokenised")] },
        });
        await using TestDestination destination = await TestDestination.Answering(200, "{}");
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport without = await host.Replay(destination.Name);
        ReplayReport with = await host.Replay(destination.Name, request => request with { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer mine" } });

        Assert.Equal(("F1", "F2"), (without.Row, with.Row));
        Assert.Equal([false, true], destination.Requests.Select(received => received.Headers.ContainsKey("authorization")));
        Assert.Equal("Bearer mine", destination.Requests.Last().Headers["authorization"]);
    }

    [Fact]
    public async Task Post_NameThatResolvesToLoopback_IsAskedOnce()
    {
        FixedResolver resolver = new(IPAddress.Loopback);
        await using TestDestination destination = await TestDestination.Answering(500, """{"error":"discount is null"}""");
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), resolver: resolver);

        ReplayReport report = await host.Replay($"web.test:{destination.Port}");

        Assert.Equal(Verdict.Reproduced, report.Verdict);
        Assert.Equal(1, resolver.Asked);
        Assert.Equal("shop.example", Assert.Single(destination.Requests).Host);
    }

    [Fact]
    public async Task Get_FinishedReplay_IsItsReport()
    {
        await using TestDestination destination = await TestDestination.Answering(500, """{"error":"discount is null"}""");
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        ReplayReport report = await host.Replay(destination.Name);
        Assert.Equal(Verdict.Reproduced, (await host.Client.GetFromJsonAsync<ReplayReport>($"/api/v1/replays/{report.Id}"))!.Verdict);
    }

    [Theory]
    [InlineData("/api/v1/replays/000000000000", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/replays/x", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/replays?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/replays?conversation=7f", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/replays?conversation=zzzz", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/replays?conversation=7f3k&limit=5", HttpStatusCode.OK)]
    [InlineData("/api/v1/replays", HttpStatusCode.OK)]
    public async Task Get_Route_Answers(string path, HttpStatusCode expected)
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        Assert.Equal(expected, (await host.Client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Post_QueueFull_IsRefusedAndLeavesNoStream()
    {
        TaskCompletionSource release = new();
        await using TestDestination destination = await TestDestination.Start(_ => release.Task);
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), settings: new() { ["Loop:Replay:QueueLimit"] = "1" });
        List<HttpStatusCode> answers = [];
        // One runs, one waits, the third finds no place.
        for (int request = 0; request < 2; request++)
        {
            answers.Add((await host.Post(destination.Name)).StatusCode);
            while (request == 0 && destination.Requests.IsEmpty)
                await Task.Yield();
        }

        answers.Add((await host.Refused(destination.Name)).Status);
        release.SetResult();

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.ServiceUnavailable], answers);
        Assert.Equal(2, host.Store.StreamIds.Count());
    }

    [Fact]
    public async Task Post_CallerRefusedWithoutItsCredential_IsInconclusive()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/x", 500, "{}", change: exchange => exchange with
        {
            Request = exchange.Request! with { Headers = [.. exchange.Request.Headers, new("cookie", "sid=loop:k1:abc")] },
        });
        await using TestDestination destination = await TestDestination.Answering(401, "{}");
        await using ReplayerHost host = await ReplayerHost.Start(recording);

        ReplayReport report = await host.Replay(destination.Name);

        Assert.Equal((Verdict.Inconclusive, "V4"), (report.Verdict, report.Row));
        Assert.Equal("supply it: --header 'cookie: …'", report.NextStep);
    }

    [Fact]
    public async Task Post_Garbage_IsRefused()
    {
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing());
        using StringContent content = new("{", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PostAsync(new Uri("/api/v1/replays", UriKind.Relative), content)).StatusCode);
    }
}
