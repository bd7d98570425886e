using System.Runtime.Versioning;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Replaying;
using Loop.Store.Core.Events;
using Loop.Store.Sqlite.Events;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Services and conversations with which no replay can be carried out, seen by a person who types <c>loopctl replay</c>.</summary>
[SupportedOSPlatform("linux")]
public sealed class SandboxServiceTests(KeptShop shop) : IDisposable
{
    private const int Inconclusive = 3, ServerFailed = 70;
    private readonly string _root = Directory.CreateTempSubdirectory("loop-ss-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Service_ThatDoesNotWork_IsToldByExitCodeAndReasonAndLeavesNothing()
    {
        Dictionary<string, string> environment = Leftovers.Environment(_root);
        environment["Loop__Replay__ReadyLimit"] = "00:00:15";
        await using (LoopServer server = await LoopServer.Start(await shop.Copy(), environment))
        {
            string id = await KeptShop.Suggestion(server, Cancellation);
            await Told(server, id, "no-such-program", "no-such-program cannot be executed: it does not exist in the sandbox");
            await Told(server, id, Programs("exit, \"7\""), "history ended with exit code 7 before it listened on port 8080");
            await Told(server, id, Programs("daemon, \"8080\""), "a program that puts itself into the background ends here");
            await Told(server, id, Programs("silent"), "history runs but did not listen on any port within 15 s");
            await Told(server, id, Programs("web, \"9090\""), "did not listen on port 8080 within 15 s, but on 0.0.0.0:9090");
            await Told(server, id, Programs("stubborn, \"8080\""), "absent, no baseline");
            ReplayReport broken = await server.Replay(id, FileOf(Programs("mute, \"8080\"")), "--timeout", "1", "--times", "3");
            Assert.Contains("control: a healthy conversation of the same route fails in this sandbox", broken.Reason, StringComparison.Ordinal);
            // Further runs would prove nothing either.
            Assert.Equal((Verdict.Inconclusive, "V1", 1), (broken.Verdict, broken.Row, broken.Sandbox!.Runs.Count));
            Assert.Empty(server.Errors);
            Assert.Equal(0, await server.Stop());
        }

        await Leftovers.AssertNone(_root, Cancellation);
    }

    [Fact]
    public async Task Conversation_OfANewerFormat_IsRefusedInWords()
    {
        (string data, IReadOnlyList<ConversationSummary> all) = await Kept.Directory(1, Cancellation);
        await AppendFromTheFuture(data, all[0].Id);
        await using LoopServer server = await LoopServer.Start(data, FastTimes.Environment);

        foreach (string[] where in new[] { new[] { "--sandbox", FileOf("no-such-program") }, ["--destination", "127.0.0.1:9"] })
        {
            (int code, string output, string errors) = await Loopctl.Run(server.Http, ["replay", all[0].Id, .. where]);
            Assert.True(code == ServerFailed && output.Length == 0, $"{code} {output}{errors}");
            Assert.Contains($"{all[0].Id} cannot be read", errors, StringComparison.Ordinal);
            Assert.Contains("a newer Loop wrote it. Start that version or a later one on this data.", errors, StringComparison.Ordinal);
        }
    }

    private static async Task AppendFromTheFuture(string data, string id)
    {
        await using SqliteEventStore events = SqliteEventStore.Open(Path.Combine(data, "events.db"), TimeProvider.System);
        StreamName stream = new("conversation", id);
        long last = (await events.ReadStream(stream, 0, Cancellation).ToArrayAsync(Cancellation))[^1].Version;
        AppendResult result = await events.Append(stream, last, [new NewEvent("loop.conversation.dreamt.v1", "{}"u8.ToArray(), "{}"u8.ToArray())], Cancellation);
        Assert.Equal(AppendOutcome.Appended, result.Outcome);
    }

    private static string Programs(string arguments) => $"\"{Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs")}\", {arguments}";

    private async Task Told(LoopServer server, string id, string command, string reason, params string[] options)
    {
        (int code, string output, string errors) = await Loopctl.Run(server.Http, ["replay", id, "--sandbox", FileOf(command), .. options]);
        if (output.Contains("\nunsealed ", StringComparison.Ordinal))
            Assert.Skip(output);
        Assert.True(code == Inconclusive, $"{command}: {code} {output}{errors}");
        Assert.Contains("verdict: inconclusive", output, StringComparison.Ordinal);
        Assert.Contains(reason, output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Leftovers.AssertNoSandbox(_root);
    }

    private string FileOf(string command)
    {
        string path = Path.Combine(_root, "loop-sandbox.yaml");
        File.WriteAllText(path, $"version: 1\nservices:\n  history:\n    command: [{command}]\n    port: 8080\n    state: none\n");
        return path;
    }
}
