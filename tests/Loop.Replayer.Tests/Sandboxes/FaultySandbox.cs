using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>Replays a failing conversation in real sandboxes of one service, and sees that nothing is left of them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FaultySandbox : IDisposable
{
    /// <summary>The small programs that misbehave.</summary>
    public static readonly string Programs = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");

    public string Root { get; } = Directory.CreateTempSubdirectory("loop-fault-").FullName;

    public string StateRoot => Path.Combine(Root, "s");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Replays, and holds the report to its verdict and reason.</summary>
    public async Task<ReplayReport> Expect(
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
            Assert.DoesNotContain(Root, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), process => WorkFolder(process).Contains(Root, StringComparison.Ordinal));
        return report;
    }

    /// <summary>Asks for a replay that is refused before anything is made.</summary>
    public async Task<(HttpStatusCode Status, string Text)> Refused(string command, string more, Recording? recording = null, int port = 8080)
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
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "f")).FullName, "loop-sandbox.yaml");
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
}
