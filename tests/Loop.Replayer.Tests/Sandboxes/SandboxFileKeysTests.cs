using System.Runtime.Versioning;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Engine;
using Loop.Replayer.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>
/// Each key of a sandbox file that decides whether a failure happens again, with a real service whose failure names what it depends on: with the key the
/// recorded failure comes back, and without it another one does.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class SandboxFileKeysTests : IDisposable
{
    private const string Prelude = "7f3k00000002";
    private const string Configured = "7f3k00000003";
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("    state: { snapshot: [sh, -c, \"echo 41 > row\"] }", "", "row 41")]
    [InlineData("    state: { seed: { command: \"echo 42 > row\" } }", "", "row 42")]
    [InlineData($"    state: {{ prelude: [{Prelude}] }}", "", "visits 1")]
    [InlineData("", "warm: [{ service: web, request: GET /visit }, { service: web, request: GET /visit }]", "visits 2")]
    [InlineData("", $"background: [{{ call: GET http://flags.example/flags, from: {Configured} }}]", "flags kept")]
    [InlineData("", "background: [{ call: GET http://flags.example/*, by: web, answer: { body: written } }]", "flags written")]
    [InlineData("", "clock: frozen", "clock stands")]
    [InlineData("", "timeZone: Asia/Tokyo", "in Asia/Tokyo")]
    [InlineData("", "locale: de_DE.UTF-8", "and de_DE.UTF-8")]
    public async Task Key_MakesWhatTheFailureDependsOn(string ofService, string ofFile, string says)
    {
        string error = Error(says);
        await using ReplayerHost host = await ReplayerHost.Start(Failing(error), services: services => services.AddSingleton<IReplayIdSource>(new RandomReplayIdSource()));
        Keep(host, Prelude, "web", "GET", "/visit", "visit 1", "web.example");
        Keep(host, Configured, "flags", "GET", "/flags", "kept", "flags.example");

        ReplayReport with = await Replay(host, ofService, ofFile);
        ReplayReport without = await Replay(host, "", "");

        Assert.True(with.Verdict is Verdict.Reproduced, $"{with.Verdict} {with.Row}: {with.Reason}");
        Assert.True(without.Verdict is Verdict.Diverged && without.Row is "D1", $"{without.Verdict} {without.Row}: {without.Reason}");
    }

    [Fact]
    public async Task Serialise_LetsOneRequestInAtATime()
    {
        // Two requests that overlapped when they were recorded, sent by the driver for a caller that is not live.
        Recording recording = new();
        recording.Hop("edge", "GET", "/", 500, "failed", source: "client", change: Lasting(3));
        recording.Hop("web", "GET", "/busy?first", 500, Body(Error("at once 1")), source: "edge", parent: "hop-1", change: Lasting(2));
        recording.Origin = recording.Hop("web", "GET", "/busy?second", 500, Body(Error("at once 1")), source: "edge", parent: "hop-1", change: Lasting(2));
        await using ReplayerHost host = await ReplayerHost.Start(recording, services: services => services.AddSingleton<IReplayIdSource>(new RandomReplayIdSource()));

        ReplayReport report = await Replay(host, "", "serialise: [web]");

        Assert.True(report.Verdict is Verdict.Reproduced, $"{report.Verdict} {report.Row}: {report.Reason}");
    }

    [Theory]
    [InlineData("{ path: /health, status: 204, timeoutSeconds: 90 }", null)]
    [InlineData("{ path: /health, status: 200, timeoutSeconds: 15 }", "GET /health was not answered well within 15 s: 'HTTP/1.1 204' in place of 200")]
    public async Task Health_DecidesWhetherTheServiceIsReady(string health, string? fault)
    {
        await using ReplayerHost host = await ReplayerHost.Start(Failing(Error("")), services: services => services.AddSingleton<IReplayIdSource>(new RandomReplayIdSource()));

        ReplayReport report = await Replay(host, $"    health: {health}", "");

        Assert.True((report.Row, report.Verdict) == (fault is null ? ("R1", Verdict.Reproduced) : ("V1", Verdict.Inconclusive)), $"{report.Verdict} {report.Row}: {report.Reason}");
        Assert.Contains(fault ?? "", report.Reason, StringComparison.Ordinal);
    }

    // What the service says when nothing is declared, but for the part that the declared key changes.
    private static string Error(string says)
    {
        string[] parts = ["row none", "flags none", "visits 0", "at once 1", "key none"];
        IEnumerable<string> told = parts.Select(part => says.StartsWith(part.Split(' ')[0], StringComparison.Ordinal) ? says : part);
        string clock = says.StartsWith("clock", StringComparison.Ordinal) ? says : "clock runs";
        string zone = says.StartsWith("in ", StringComparison.Ordinal) ? says : "in UTC";
        string locale = says.StartsWith("and ", StringComparison.Ordinal) ? says : "and C.UTF-8";
        return $"{string.Join(", ", told)}, {clock} {zone} {locale}";
    }

    private static string Body(string error) => $$"""{"error":"{{error}}"}""";

    private static Recording Failing(string error)
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/fail", 500, Body(error), source: "client");
        return recording;
    }

    private static Func<Exchange, Exchange> Lasting(double seconds) => exchange => exchange with { Duration = TimeSpan.FromSeconds(seconds) };

    private static void Keep(ReplayerHost host, string id, string service, string method, string path, string answer, string authority)
    {
        Recording recording = new() { ConversationId = id };
        recording.Hop(service, method, path, 200, answer, source: "client", contentType: "text/plain", change: exchange => exchange with
        {
            Request = exchange.Request! with { Headers = [.. exchange.Request.Headers.Select(field => field.Name is ":authority" ? field with { Value = authority } : field)] },
        });
        host.Store.Recordings[id] = recording;
    }

    private async Task<ReplayReport> Replay(ReplayerHost host, string ofService, string ofFile)
    {
        string path = Path.Combine(_folder, "loop-sandbox.yaml");
        Directory.CreateDirectory(Path.Combine(_folder, "work"));
        string program = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");
        string state = ofService.Contains("state:", StringComparison.Ordinal) ? "" : "    state: none\n";
        await File.WriteAllTextAsync(path, $"version: 1\nservices:\n  web:\n    command: [\"{program}\", stateful, \"8080\"]\n    port: 8080\n    workFolder: work\n{state}{ofService}\n{ofFile}\n");
        ReplayReport report = await host.Replay(null!, request => request with { Conversation = Recording.Id, Sandbox = new SandboxReplay { File = path } });
        Assert.True(report.Sandbox is not null, report.Reason);
        if (report.Sandbox.UnsealedBecause is { } reason)
            Assert.Skip(reason);
        return report;
    }
}
