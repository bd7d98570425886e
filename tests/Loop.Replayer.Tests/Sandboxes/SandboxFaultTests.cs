using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
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

    private async Task Expect(string reason, string command, string state, bool isEmpty = true)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "f")).FullName;
        string file = Path.Combine(folder, "loop-sandbox.yaml");
        await File.WriteAllTextAsync(file, $"version: 1\nservices:\n  web:\n    command: {command}\n    port: 8080\n    state: {state}\n    environment: {{ DOTNET_EnableDiagnostics: \"0\" }}\n");
        ProcessSandboxOptions options = new() { StateRoot = StateRoot };
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), sandbox: options);
        HttpResponseMessage response = await host.Client.PostAsJsonAsync("/api/v1/replays", new ReplayRequest { Conversation = Recording.Id, Sandbox = new SandboxReplay { File = file } });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());

        ReplayReport report = await host.Store.Finished((await response.Content.ReadFromJsonAsync<ReplayReport>())!.Id);

        if (options.UnsealedReason is { } obstacle && isEmpty)
            Assert.Skip(obstacle);
        Assert.Equal((Verdict.Inconclusive, "V1"), (report.Verdict, report.Row));
        Assert.Contains(reason, report.Reason, StringComparison.Ordinal);
        if (isEmpty)
            Assert.Empty(Directory.GetFileSystemEntries(StateRoot));
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), process => WorkFolder(process).Contains(folder, StringComparison.Ordinal));
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
