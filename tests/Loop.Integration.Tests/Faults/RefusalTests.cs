using System.Net;
using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Ids that mean nothing, too much, or no id at all, at every route and verb of one real server.</summary>
public sealed class RefusalTests
{
    private const string Unknown = "zzzzzzzzzzzz";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ids_UnknownAmbiguousOrMalformed_AreRefusedEverywhere()
    {
        await using LoopServer server = await LoopServer.Start(environment: FastTimes.Environment);
        using var api = new LoopApi(server.Http);
        string known = (await Kept.Conversations(server, 1, Cancellation))[0].Id;
        await CheckRoutes(api, known);
        await CheckVerbs(server.Http, known);
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Ids_ThatSeveralConversationsBeginWith_AreRefusedWithTheCandidates()
    {
        await using LoopServer server = await LoopServer.Start(environment: FastTimes.Environment);
        using var api = new LoopApi(server.Http);

        // Ids are hashes: these trace ids were searched so that two ids begin alike.
        (string first, string second, string prefix) = AmbiguousTraces.Find();
        using (var mesh = new Loop.Integration.Tests.Harness.Mesh.FakeMesh(server.Capture!, Cancellation))
        {
            await mesh.Send(first, 3, Loop.Integration.Tests.Harness.Mesh.FakeOutcome.Failed);
            await mesh.Send(second, 3, Loop.Integration.Tests.Harness.Mesh.FakeOutcome.Failed);
        }

        IReadOnlyList<ConversationSummary> both = await api.ListUntil(list => list.Count == 2, "two conversations", Cancellation);
        foreach (string path in new[] { $"/api/v1/conversations/{prefix}", $"/api/v1/conversations/{prefix}/hops/1/request/body", $"/api/v1/replays?conversation={prefix}" })
            AssertAmbiguous(await api.Ask(HttpMethod.Get, path, null, Cancellation), both);
        AssertAmbiguous(await api.Ask(HttpMethod.Post, "/api/v1/replays", new { conversation = prefix, destination = "127.0.0.1:9" }, Cancellation), both);
        foreach (string[] verb in new[] { new[] { "show", prefix }, ["body", prefix, "1", "request"], ["replay", prefix, "-d", "127.0.0.1:9"] })
        {
            (int code, _, string errors) = await Loopctl.Run(server.Http, verb);
            Assert.True(code == 65, $"loopctl {string.Join(' ', verb)} exited {code}: {errors}");
            Assert.All(both, one => Assert.Contains(one.Id, errors, StringComparison.Ordinal));
        }

        Assert.Empty(server.Errors);
    }

    private static async Task CheckRoutes(LoopApi api, string known)
    {
        (HttpMethod Method, string Path, object? Body, HttpStatusCode Status)[] calls =
        [
            (HttpMethod.Get, $"/api/v1/conversations/{Unknown}", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, "/api/v1/conversations/zz", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, "/api/v1/conversations/..%2f..%2fetc%2fpasswd", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, $"/api/v1/conversations/{new string('a', 5000)}", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, $"/api/v1/conversations/{Unknown}/hops/1/request/body", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/api/v1/conversations/{known}/hops/99/request/body", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/api/v1/conversations/{known}/hops/nonsense/request/body", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/api/v1/conversations/{known}/hops/1/sideways/body", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, $"/api/v1/conversations/{known}/hops/1/request/body?decoded=maybe", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, "/api/v1/conversations?limit=0", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, "/api/v1/conversations?limit=many", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, "/api/v1/conversations?before=nonsense", null, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/conversations", new { key = "" }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/conversations", new { key = new string('k', 300) }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/conversations", new { key = 7 }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/conversations", new { key = "0123456789abcdef0123456789abcdef" }, HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/api/v1/replays/{Unknown}", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, "/api/v1/replays/nonsense!", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/api/v1/replays?conversation={Unknown}", null, HttpStatusCode.NotFound),
            (HttpMethod.Get, "/api/v1/replays?conversation=!", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, "/api/v1/replays?limit=0", null, HttpStatusCode.BadRequest),
            (HttpMethod.Get, "/api/v1/replays?limit=many", null, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/replays", new { conversation = Unknown, destination = "127.0.0.1:9" }, HttpStatusCode.NotFound),
            (HttpMethod.Post, "/api/v1/replays", new { conversation = "!", destination = "127.0.0.1:9" }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/replays", new { conversation = known }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/replays", new { conversation = known, destination = "not a destination" }, HttpStatusCode.BadRequest),
            (HttpMethod.Post, "/api/v1/replays", new { conversation = known, destination = "127.0.0.1:9", hop = "99" }, HttpStatusCode.NotFound),
            (HttpMethod.Get, "/api/v1/nothing", null, HttpStatusCode.NotFound),
        ];
        var wrong = new List<string>();
        foreach ((HttpMethod method, string path, object? body, HttpStatusCode status) in calls)
        {
            (HttpStatusCode got, string text) = await api.Ask(method, path, body, Cancellation);
            bool isProblem = path == "/api/v1/nothing" || text.Contains("\"title\"", StringComparison.Ordinal);
            if (got != status || !isProblem)
                wrong.Add($"{method} {path}: expected {(int)status} with a problem, got {(int)got} {text}");
        }

        Assert.Empty(wrong);
    }

    private static async Task CheckVerbs(Uri server, string known)
    {
        (int Code, string[] Arguments)[] calls =
        [
            (66, ["show", Unknown]),
            (64, ["show", "zz"]),
            (64, ["show", "!!!!"]),
            (66, ["body", Unknown, "1", "request"]),
            (66, ["body", known, "99", "request"]),
            (64, ["body", known, "1", "sideways"]),
            (66, ["replay", Unknown, "-d", "127.0.0.1:9"]),
            (64, ["replay", "!", "-d", "127.0.0.1:9"]),
            (64, ["replay", known, "-d", "not a destination"]),
            (66, ["replay", known, "-d", "127.0.0.1:9", "--hop", "99"]),
            (66, ["keep", "0123456789abcdef0123456789abcdef"]),
            (64, ["list", "--limit", "0"]),
            (66, ["replays", "show", Unknown]),
        ];
        var wrong = new List<string>();
        foreach ((int expected, string[] arguments) in calls)
        {
            (int code, string output, string errors) = await Loopctl.Run(server, arguments);
            if (code != expected || !errors.StartsWith("loopctl: ", StringComparison.Ordinal) || output.Length > 0 || errors.Contains("   at ", StringComparison.Ordinal))
                wrong.Add($"loopctl {string.Join(' ', arguments)}: expected {expected}, got {code}: {output}{errors}");
        }

        Assert.Empty(wrong);
    }

    private static void AssertAmbiguous((HttpStatusCode Status, string Text) answer, IReadOnlyList<ConversationSummary> candidates)
    {
        Assert.True(answer.Status == HttpStatusCode.Conflict, answer.Text);
        Assert.All(candidates, one => Assert.Contains(one.Id, answer.Text, StringComparison.Ordinal));
    }
}
