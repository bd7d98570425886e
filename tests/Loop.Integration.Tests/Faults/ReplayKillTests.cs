using System.Net.Http.Json;
using System.Runtime.Versioning;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Replaying;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>A replayer that is killed at each stage of a replay.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReplayKillTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly string _root = Directory.CreateTempSubdirectory("loop-rk-").FullName;
    private readonly ShopSandbox _sandbox = new();
    private readonly Dictionary<string, string> _environment;

    public ReplayKillTests()
    {
        _environment = new Dictionary<string, string>(FastTimes.Environment) { ["XDG_RUNTIME_DIR"] = Folder("run"), ["TMPDIR"] = Folder("tmp") };
        Folder("data");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Sandboxes => Path.Combine(_root, "run", "loop-sandboxes");

    public void Dispose()
    {
        _sandbox.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Kill_AtEachStage_EachReplayEndsOnceAndNothingIsLeft()
    {
        string first, second, third;
        await using (LoopServer server = await Start())
        {
            string conversation = await KeptShop.Suggestion(server, Cancellation);
            first = await Ask(server, conversation);
            second = await Ask(server, conversation);
            await Until(server, first, report => report.Stage is "run 1: prepared");
            await server.Kill();
        }

        await using (LoopServer server = await Start())
        {
            await Until(server, first, report => report.Stage is "run 1: sent");
            await server.Kill();
        }

        await using (LoopServer server = await Start())
        {
            ReplayReport twice = await Ended(server, first, "interrupted 2 times: begun again each time after the replayer was restarted");
            await Ended(server, second, null);
            third = await Ask(server, twice.ConversationId);
            await Until(server, third, report => report.Stage is "run 1: sent");
            // The place is removed before anything is compared.
            await Until(server, third, _ => !Directory.EnumerateFiles(Sandboxes, "agent", SearchOption.AllDirectories).Any());
            await server.Kill();
        }

        await using (LoopServer server = await Start())
        {
            await Until(server, third, report => report.Stage is "run 1: decided" || report.Verdict is not null);
            await server.Kill();
        }

        await using (LoopServer server = await Start())
        {
            ReplayReport report = await Until(server, third, report => report.Verdict is not null);
            Assert.Equal((Verdict.Reproduced, "R1", 1), (report.Verdict, report.Row, report.Sandbox!.Runs.Count));
            using HttpClient client = new() { BaseAddress = server.Http };
            ReplayReport[] all = (await client.GetFromJsonAsync<ReplayReport[]>("/api/v1/replays", LoopJson.Options, Cancellation))!;
            Assert.Equal(new[] { first, second, third }.Order(), all.Select(one => one.Id).Order());
            Assert.Equal(0, await server.Stop());
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Sandboxes));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.Combine(_root, "tmp")), path => Path.GetFileName(path).StartsWith("loop-", StringComparison.Ordinal));
        Assert.DoesNotContain(_root, await File.ReadAllTextAsync("/proc/self/mountinfo", Cancellation), StringComparison.Ordinal);
        Assert.Empty(Processes());
    }

    private Task<LoopServer> Start() => LoopServer.Start(Path.Combine(_root, "data"), _environment);

    private async Task<string> Ask(LoopServer server, string conversation)
    {
        using HttpClient client = new() { BaseAddress = server.Http };
        ReplayRequest request = new() { Conversation = conversation, Sandbox = new SandboxReplay { File = _sandbox.File(), Live = ["history"] } };
        HttpResponseMessage response = await client.PostAsJsonAsync("/api/v1/replays", request, LoopJson.Options, Cancellation);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        return (await response.Content.ReadFromJsonAsync<ReplayReport>(LoopJson.Options, Cancellation))!.Id;
    }

    private static async Task<ReplayReport> Ended(LoopServer server, string id, string? note)
    {
        ReplayReport report = await Until(server, id, report => report.Verdict is not null);
        Assert.Equal((Verdict.Reproduced, "R1", 1), (report.Verdict, report.Row, report.Sandbox!.Runs.Count));
        Assert.Equal(note, report.Sandbox.Listed.FirstOrDefault(line => line.StartsWith("interrupted", StringComparison.Ordinal)));
        return report;
    }

    private static async Task<ReplayReport> Until(LoopServer server, string id, Func<ReplayReport, bool> isThere)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limit);
        using HttpClient client = new() { BaseAddress = server.Http };
        while (true)
        {
            ReplayReport report = (await client.GetFromJsonAsync<ReplayReport>($"/api/v1/replays/{id}", LoopJson.Options, limit.Token))!;
            if (isThere(report))
                return report;
            Assert.True(report.Verdict is null, $"{id} ended before it was expected: {report.Verdict} {report.Row} {report.Reason}");
            await Task.Delay(5, limit.Token);
        }
    }

    // Whatever a server started, however it was forked, has its environment or runs in the work folder.
    private string[] Processes() => [.. Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Where(IsOurs)];

    private bool IsOurs(string process)
    {
        try
        {
            return File.ReadAllText(process + "/environ").Contains(_root, StringComparison.Ordinal) || File.ReadAllText(process + "/cmdline").Contains(_root, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
}
