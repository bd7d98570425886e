using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Replayer.Sandbox.Programs;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A failure that only happens behind a login and a filled basket, whose cookie no recording holds.</summary>
[SupportedOSPlatform("linux")]
public sealed class SessionReplayTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-session-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Session_ReplayedInOrder_FailsAgainWithACookieOfItsOwn()
    {
        string[] session = await KeepSession();

        ReplayReport alone = await mesh.Server.Replay([session[^1]], FileOf("buggy"));
        Assert.Equal((Verdict.Inconclusive, "V4"), (alone.Verdict, alone.Row));

        ReplayReport whole = await mesh.Server.Replay(session, FileOf("buggy"));
        Assert.True((whole.Verdict, whole.Row) == (Verdict.Reproduced, "R1"), $"{whole.Verdict} {whole.Row} {whole.Reason}");
        Assert.Empty(whole.Divergences);

        ReplayReport unfilled = await mesh.Server.Replay([session[0], session[^1]], FileOf("buggy"));
        Assert.Equal((Verdict.Diverged, 409), (unfilled.Verdict, unfilled.ReplayedStatus));

        ReplayReport mended = await mesh.Server.Replay(session, FileOf("fixed"));
        Assert.Equal((Verdict.Fixed, "F3"), (mended.Verdict, mended.Row));

        // Kept as a test, the session goes along.
        string tests = Path.Combine(_folder, "tests");
        (int kept, _, string refusal) = await Loopctl.Run(mesh.Server.Http, "promote", session[^1], "--to", tests, "--name", "pay", "--bodies-reviewed");
        Assert.True(kept == 0, refusal);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(tests, "pay", "conversations")).Length);
        (int code, string told, string errors) = await Loopctl.Run(mesh.Server.Http, "test", tests, "--sandbox", FileOf("fixed"));
        Assert.True(code == 0, told + errors);
        Assert.Empty(mesh.Server.Errors);
    }

    [Fact]
    public async Task SeveralConversations_ThatCannotGoBefore_AreRefused()
    {
        (int twice, _, string toDestination) = await Loopctl.Run(mesh.Server.Http, "replay", "aaaa", "bbbb", "--destination", "127.0.0.1:1");
        Assert.Equal(64, twice);
        Assert.Contains("Several conversations go with --sandbox", toDestination, StringComparison.Ordinal);

        string[] session = await KeepSession();
        (int unknown, _, string missing) = await Loopctl.Run(mesh.Server.Http, "replay", "zzzzzzzz", session[^1], "--sandbox", FileOf("buggy"));
        Assert.InRange(unknown, 64, 127);
        Assert.Contains("No kept conversation begins with 'zzzzzzzz'", missing, StringComparison.Ordinal);
    }

    private async Task<string[]> KeepSession()
    {
        SessionShop shop = new(isFixed: false);
        mesh.Service.Other = context =>
        {
            ShopAnswer answer = shop.Answer(context.Request.Path, SessionShop.SessionOf(context.Request.Headers.Cookie));
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = "application/json";
            if (answer.SetCookie is not null)
                context.Response.Headers.SetCookie = answer.SetCookie;
            return context.Response.WriteAsync(answer.Json);
        };
        string login = await Send("/login", null);
        await Send("/cart", login);
        var pay = TestTrace.New();
        await Send("/pay", login, pay);
        await mesh.Settle();
        (int code, string output, string errors) = await Loopctl.Run(mesh.Server.Http, "keep", "--session", pay.TraceId, "--json");
        Assert.True(code == 0, errors);
        string[] ids = [.. JsonSerializer.Deserialize<KeptSession>(output, LoopJson.Options)!.Ids];
        Assert.Equal(3, ids.Length);
        await mesh.Api.ListUntil(list => ids.All(id => list.Any(one => one.Id == id && one.State == ConversationState.Sealed)), "a sealed session", Cancellation);
        return ids;
    }

    private async Task<string> Send(string path, string? cookie, TestTrace? trace = null)
    {
        using HttpRequestMessage request = WireClient.Request(mesh.Edge, "orders", HttpMethod.Get, path, trace ?? TestTrace.New());
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("cookie", cookie);
        using HttpResponseMessage response = await mesh.Client.Http.SendAsync(request, Cancellation);
        return response.Headers.TryGetValues("set-cookie", out IEnumerable<string>? set) ? set.Single().Split(';')[0] : "";
    }

    private string FileOf(string build)
    {
        string path = Path.Combine(_folder, $"{build}.yaml");
        string program = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");
        File.WriteAllText(path, $"version: 1\nservices:\n  orders:\n    command: [\"{program}\", session, \"8080\", {build}]\n    port: 8080\n    state: none\n    build: {{ git: {build} }}\n");
        return path;
    }
}
