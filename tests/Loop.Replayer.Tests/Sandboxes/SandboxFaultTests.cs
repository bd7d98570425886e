using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>Replays whose sandbox cannot come up: each ends as inconclusive with its reason, and leaves nothing.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class SandboxFaultTests : IDisposable
{
    private static readonly string Programs = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");
    private readonly string _root = Directory.CreateTempSubdirectory("loop-fault-").FullName;

    private string StateRoot => Path.Combine(_root, "s");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("exit, \"7\"", "none", "web ended with exit code 7 before it listened on port 8080")]
    [InlineData("background, \"8080\"", "none", "A service must stay in the foreground")]
    [InlineData("web, \"8080\"", "{ seed: { command: [sh, -c, \"echo the rows are gone; exit 9\"] } }", "the declared state could not be made: The state of web could not be made: sh ended with exit code 9. Its last words: the rows are gone")]
    [InlineData("web, \"8080\"", "{ snapshot: [./restore.sh] }", "./restore.sh cannot be executed: it does not exist in the sandbox")]
    public async Task Service_ThatDoesNotComeUp_IsTold(string arguments, string state, string reason) =>
        await Expect(reason, $"[\"{Programs}\", {arguments}]", state);

    [Theory]
    [InlineData("silent", "", "web runs but did not listen on any port within 1 s")]
    [InlineData("web, \"9090\"", "", "web did not listen on port 8080 within 15 s, but on 0.0.0.0:9090: correct the port in the sandbox file")]
    [InlineData("mute, \"8080\"", "    health: { path: /health, timeoutSeconds: 15 }\n", "web listens on port 8080, but GET /health was not answered well within 15 s: no answer in 5 s")]
    [InlineData("web, \"8080\"", "    health: { path: /status/204, timeoutSeconds: 15 }\n", "web listens on port 8080, but GET /status/204 was not answered well within 15 s: 'HTTP/1.1 204' in place of 200")]
    [InlineData("daemon, \"8080\"", "", "A service must stay in the foreground")]
    [InlineData("web, \"9090\"", "background:\n  - { call: GET http://127.0.0.1:9090/countries, answer: { body: \"[]\" } }\n", "A port that it opens is taken: beside it listen 127.0.0.1:9090")]
    public async Task Service_ThatDoesNotGetReady_IsTold(string arguments, string more, string reason) =>
        await Expect(reason, $"[\"{Programs}\", {arguments}]", "none", more: more, readyLimit: arguments is "silent" ? "00:00:01" : "00:00:15");

    [Theory]
    [InlineData(null, Verdict.Diverged, "D2", "hang: no whole answer within the time limit")]
    [InlineData(1.0, Verdict.Inconclusive, "D2", "time limit: no whole answer within the limit that was asked for")]
    public async Task Service_ThatHangs_IsTold(double? timeout, Verdict verdict, string row, string reason) =>
        await Expect(reason, $"[\"{Programs}\", mute, \"8080\"]", "none", timeout: timeout, verdict: verdict, row: row);

    [Fact]
    public async Task Service_ThatEndsWhileItAnswers_IsToldWithItsExitCode()
    {
        ReplayReport report = await Expect("other failure: entry ends in another way than recorded", $"[\"{Programs}\", dying, \"8080\"]", "none", verdict: Verdict.Diverged, row: "D2");

        Assert.Contains("web ended with exit code 9 while the replay ran; its log says why", report.Sandbox!.Listed);
    }

    [Theory]
    [InlineData("stubborn")]
    [InlineData("children")]
    public async Task Service_ThatDoesNotEndByItself_LeavesNothing(string program) =>
        await Expect("absent, no baseline", $"[\"{Programs}\", {program}, \"8080\"]", "none", row: "F2");

    [Fact]
    public async Task Port_ThatADependencyHas_IsRefusedWithItsLine()
    {
        (HttpStatusCode status, string text) = await Refused($"[\"{Programs}\", web, \"6379\"]", "dependencies:\n  cache: { kind: redis, service: web, port: 6379 }\n", port: 6379);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("loop-sandbox.yaml:9:45: dependencies.cache.port: port 6379 is taken by services.web.port, and both run in the namespace of web", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConversationState.Open, null, HttpStatusCode.Conflict, "is not sealed yet; hops may be missing. Wait some seconds, until loopctl show prints it as sealed")]
    [InlineData(ConversationState.Sealed, "2 of its events are of a newer Loop. Start that one", HttpStatusCode.InternalServerError, "7f3k00000001 cannot be read: 2 of its events are of a newer Loop. Start that one")]
    public async Task Conversation_ThatCannotBeReplayed_IsRefused(ConversationState state, string? unreadable, HttpStatusCode status, string words)
    {
        Recording recording = Recording.Failing();
        recording.State = state;
        recording.Unreadable = unreadable;

        (HttpStatusCode got, string text) = await Refused($"[\"{Programs}\", web, \"8080\"]", "", recording);

        Assert.Equal(status, got);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversation_WithATruncatedRequest_IsInconclusive()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 500, """{"error":"discount is null"}""", """{"items":[1]}""", source: "client", change: exchange =>
            exchange with { Request = exchange.Request! with { Body = exchange.Request.Body with { SizeBytes = 70_000_000, Truncated = true } } });

        await Expect("input incomplete: web POST /checkout #1: only 13 of 70000000 bytes of the request's body were kept", $"[\"{Programs}\", web, \"8080\"]", "none", row: "V4", recording: recording);
    }

    [Fact]
    public async Task Conversation_ThatIsIncomplete_SaysWhatIsMissing()
    {
        Recording recording = Recording.Failing();
        recording.Missing = [new MissingView(null, "the call of payments", "the node was shedding load")];

        ReplayReport report = await Expect("absent, no baseline", $"[\"{Programs}\", web, \"8080\"]", "none", row: "F2", recording: recording);

        Assert.Contains("the recording is incomplete: the call of payments: the node was shedding load", report.Sandbox!.Listed);
    }

    [Fact]
    public async Task Program_ThatIsMissing_IsTold() => await Expect("no-such-program cannot be executed: it does not exist in the sandbox", "[no-such-program]", "none");

    [Fact]
    public async Task Disk_ThatIsFull_IsToldAndLeavesNothing()
    {
        Directory.CreateDirectory(StateRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (mount("loop-test", StateRoot, "tmpfs", 0, "size=16k,mode=0700") != 0)
            Assert.Skip("A small disk cannot be mounted: this test needs root on Linux.");
        try
        {
            string filler = Path.Combine(_root, "s", "filler");
            Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[64 << 10]));

            await Expect("No space left on device", $"[\"{Programs}\", web, \"8080\"]", "none", isEmpty: false);

            Assert.Equal([filler], Directory.GetFileSystemEntries(StateRoot));
        }
        finally
        {
            Assert.Equal(0, umount2(StateRoot, 2));
        }
    }

    private async Task<ReplayReport> Expect(
        string reason, string command, string state, bool isEmpty = true, string more = "", string readyLimit = "00:00:30", double? timeout = null,
        Verdict verdict = Verdict.Inconclusive, string row = "V1", Recording? recording = null)
    {
        ProcessSandboxOptions options = new() { StateRoot = StateRoot };
        Dictionary<string, string?> settings = new() { ["Loop:Replay:ReadyLimit"] = readyLimit, ["Loop:Replay:MinimumTimeLimit"] = "00:00:02" };
        await using ReplayerHost host = await ReplayerHost.Start(recording ?? Recording.Failing(), settings: settings, sandbox: options);
        HttpResponseMessage response = await Ask(host, FileOf(command, state, more), timeout);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());

        ReplayReport report = await host.Store.Finished((await response.Content.ReadFromJsonAsync<ReplayReport>())!.Id);

        if (options.UnsealedReason is { } obstacle && isEmpty)
            Assert.Skip(obstacle);
        Assert.True((verdict, row) == (report.Verdict, report.Row), $"{report.Verdict} {report.Row}: {report.Reason}");
        Assert.Contains(reason, report.Reason, StringComparison.Ordinal);
        Assert.NotNull(verdict is Verdict.Inconclusive ? report.NextStep : "");
        if (isEmpty)
            Assert.Empty(Directory.GetFileSystemEntries(StateRoot));
        // What the test itself mounts is none of the sandbox's.
        if (isEmpty)
            Assert.DoesNotContain(_root, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), process => WorkFolder(process).Contains(_root, StringComparison.Ordinal));
        return report;
    }

    private async Task<(HttpStatusCode Status, string Text)> Refused(string command, string more, Recording? recording = null, int port = 8080)
    {
        await using ReplayerHost host = await ReplayerHost.Start(recording ?? Recording.Failing(), sandbox: new ProcessSandboxOptions { StateRoot = StateRoot });
        HttpResponseMessage response = await Ask(host, FileOf(command, "none", more, port), timeout: null);
        Assert.Empty(host.Store.StreamIds);
        Assert.False(Directory.Exists(StateRoot));
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!);
    }

    private static Task<HttpResponseMessage> Ask(ReplayerHost host, string file, double? timeout) =>
        host.Client.PostAsJsonAsync("/api/v1/replays", new ReplayRequest { Conversation = Recording.Id, Sandbox = new SandboxReplay { File = file }, TimeoutSeconds = timeout });

    private string FileOf(string command, string state, string more, int port = 8080)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_root, "f")).FullName, "loop-sandbox.yaml");
        File.WriteAllText(path, $"version: 1\nservices:\n  web:\n    command: {command}\n    port: {port}\n    state: {state}\n    environment: {{ DOTNET_EnableDiagnostics: \"0\" }}\n{more}");
        return path;
    }

    private static string WorkFolder(string process)
    {
        try
        {
            return new FileInfo(process + "/cwd").LinkTarget ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
