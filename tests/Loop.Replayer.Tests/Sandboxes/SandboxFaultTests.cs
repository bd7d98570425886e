using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>Replays whose sandbox cannot come up: each ends as inconclusive with its reason, and leaves nothing.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class SandboxFaultTests : IDisposable
{
    private static readonly string Programs = FaultySandbox.Programs;
    private readonly FaultySandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("exit, \"7\"", "none", "web ended with exit code 7 before it listened on port 8080")]
    [InlineData("background, \"8080\"", "none", "A service must stay in the foreground")]
    [InlineData("web, \"8080\"", "{ seed: { command: [sh, -c, \"echo the rows are gone; exit 9\"] } }", "the declared state could not be made: The state of web could not be made: sh ended with exit code 9. Its last words: the rows are gone")]
    [InlineData("web, \"8080\"", "{ snapshot: [./restore.sh] }", "./restore.sh cannot be executed: it does not exist in the sandbox")]
    public async Task Service_ThatDoesNotComeUp_IsTold(string arguments, string state, string reason) =>
        await _sandbox.Expect(reason, $"[\"{Programs}\", {arguments}]", state);

    [Theory]
    [InlineData(null, Verdict.Diverged, "D2", "hang: no whole answer within the time limit")]
    [InlineData(1.0, Verdict.Inconclusive, "D2", "time limit: no whole answer within the limit that was asked for")]
    public async Task Service_ThatHangs_IsTold(double? timeout, Verdict verdict, string row, string reason) =>
        await _sandbox.Expect(reason, $"[\"{Programs}\", mute, \"8080\"]", "none", timeout: timeout, verdict: verdict, row: row);

    [Fact]
    public async Task Service_ThatEndsWhileItAnswers_IsToldWithItsExitCode()
    {
        ReplayReport report = await _sandbox.Expect("other failure: entry ends in another way than recorded", $"[\"{Programs}\", dying, \"8080\"]", "none", verdict: Verdict.Diverged, row: "D2");

        Assert.Contains("web ended with exit code 9 while the replay ran; its log says why", report.Sandbox!.Listed);
    }

    [Theory]
    [InlineData("stubborn")]
    [InlineData("children")]
    public async Task Service_ThatDoesNotEndByItself_LeavesNothing(string program) =>
        await _sandbox.Expect("absent, no baseline", $"[\"{Programs}\", {program}, \"8080\"]", "none", row: "F2");

    [Fact]
    public async Task Port_ThatADependencyHas_IsRefusedWithItsLine()
    {
        (HttpStatusCode status, string text) = await _sandbox.Refused($"[\"{Programs}\", web, \"6379\"]", "dependencies:\n  cache: { kind: redis, service: web, port: 6379 }\n", port: 6379);

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

        (HttpStatusCode got, string text) = await _sandbox.Refused($"[\"{Programs}\", web, \"8080\"]", "", recording);

        Assert.Equal(status, got);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversation_WithATruncatedRequest_IsInconclusive()
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "POST", "/checkout", 500, """{"error":"discount is null"}""", """{"items":[1]}""", source: "client", change: exchange =>
            exchange with { Request = exchange.Request! with { Body = exchange.Request.Body with { SizeBytes = 70_000_000, Truncated = true } } });

        await _sandbox.Expect("input incomplete: web POST /checkout #1: only 13 of 70000000 bytes of the request's body were kept", $"[\"{Programs}\", web, \"8080\"]", "none", row: "V4", recording: recording);
    }

    [Fact]
    public async Task Conversation_ThatIsIncomplete_SaysWhatIsMissing()
    {
        Recording recording = Recording.Failing();
        recording.Missing = [new MissingView(null, "the call of payments", "the node was shedding load")];

        ReplayReport report = await _sandbox.Expect("absent, no baseline", $"[\"{Programs}\", web, \"8080\"]", "none", row: "F2", recording: recording);

        Assert.Contains("the recording is incomplete: the call of payments: the node was shedding load", report.Sandbox!.Listed);
    }

    [Fact]
    public async Task Program_ThatIsMissing_IsTold() => await _sandbox.Expect("no-such-program cannot be executed: it does not exist in the sandbox", "[no-such-program]", "none");

    [Fact]
    public async Task Disk_ThatIsFull_IsToldAndLeavesNothing()
    {
        Directory.CreateDirectory(_sandbox.StateRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (mount("loop-test", _sandbox.StateRoot, "tmpfs", 0, "size=16k,mode=0700") != 0)
            Assert.Skip("A small disk cannot be mounted: this test needs root on Linux.");
        try
        {
            string filler = Path.Combine(_sandbox.StateRoot, "filler");
            Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[64 << 10]));

            await _sandbox.Expect("No space left on device", $"[\"{Programs}\", web, \"8080\"]", "none", isEmpty: false);

            Assert.Equal([filler], Directory.GetFileSystemEntries(_sandbox.StateRoot));
        }
        finally
        {
            Assert.Equal(0, umount2(_sandbox.StateRoot, 2));
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
