using System.Net.Http.Json;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>Replays in a sandbox, asked for through <c>loopctl</c> and read as their JSON reports.</summary>
internal static class SandboxReplays
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Replays one conversation to its end. Where this machine cannot seal a sandbox the test ends here.</summary>
    public static Task<ReplayReport> Replay(this LoopServer server, string id, string file, params string[] options) => server.Replay([id], file, options);

    /// <summary>The same, several conversations in one sandbox.</summary>
    public static async Task<ReplayReport> Replay(this LoopServer server, string[] ids, string file, params string[] options)
    {
        (int code, string output, string errors) = await Loopctl.Run(server.Http, ["replay", .. ids, "--sandbox", file, "--json", .. options]);
        Assert.True(code < 64, errors);
        ReplayReport report = JsonSerializer.Deserialize<ReplayReport>(output, LoopJson.Options) ?? throw new InvalidOperationException(errors);
        if (report.Sandbox?.UnsealedBecause is { } reason)
            Assert.Skip(reason);
        Assert.Equal((int)report.Verdict!.Value, code);
        // A run that never came up has no evidence.
        Assert.True(report.Evidence is "sealed" || report.Row is "V1", report.Evidence);
        return report;
    }

    /// <summary>What a replay that is refused is refused with.</summary>
    public static async Task<string> ReplayRefusal(this LoopServer server, string id, string file, params string[] options)
    {
        (int code, string output, string errors) = await Loopctl.Run(server.Http, ["replay", id, "--sandbox", file, .. options]);
        Assert.InRange(code, 64, 127);
        Assert.Equal("", output);
        return errors;
    }

    /// <summary>The report of a replay, or (null) of the only one there is, when it is as expected; one that ended before fails the test.</summary>
    public static async Task<ReplayReport> ReportUntil(this LoopServer server, string? replayId, Func<ReplayReport, bool> isThere, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using HttpClient client = new() { BaseAddress = server.Http };
        while (true)
        {
            ReplayReport? report = replayId is null
                ? (await client.GetFromJsonAsync<ReplayReport[]>("/api/v1/replays", LoopJson.Options, limit.Token))!.SingleOrDefault()
                : await client.GetFromJsonAsync<ReplayReport>($"/api/v1/replays/{replayId}", LoopJson.Options, limit.Token);
            if (report is not null && isThere(report))
                return report;
            Assert.True(report?.Verdict is null, $"{report?.Id} ended before it was expected: {report?.Verdict} {report?.Row} {report?.Reason}");
            await Task.Delay(PollInterval, limit.Token);
        }
    }
}
