using System.Text.Json;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Microsoft.AspNetCore.Http;

namespace Loop.Cli.Tests.Commands;

public sealed class ReplayTests
{
    [Theory]
    [InlineData(Verdict.Reproduced, 0)]
    [InlineData(Verdict.Fixed, 1)]
    [InlineData(Verdict.Diverged, 2)]
    [InlineData(Verdict.Inconclusive, 3)]
    public async Task Replay_Finished_ExitsWithItsVerdict(Verdict verdict, int exitCode)
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("POST /api/v1/replays", Samples.Replay("finished", verdict), 202);
        LoopctlRun run = await LoopctlRun.Of(api.Url, "replay", "7f3k", "--destination", "localhost:9000");
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal($"verdict: {verdict.ToString().ToLowerInvariant()} (the entry answered 500 again)", run.Output.TrimEnd('\n').Split('\n')[^1]);
    }

    [Theory]
    [InlineData(Verdict.Reproduced, "failure")]
    [InlineData(Verdict.Fixed, "system-out")]
    [InlineData(Verdict.Diverged, "failure")]
    [InlineData(Verdict.Inconclusive, "error")]
    public async Task Replay_WithReportFiles_WritesBothAndExitsWithItsVerdict(Verdict verdict, string element)
    {
        string folder = Directory.CreateTempSubdirectory("loop-replay-reports-").FullName;
        try
        {
            await using FakeApi api = await FakeApi.Start();
            api.OnJson("POST /api/v1/replays", Samples.Replay("finished", verdict), 202);
            LoopctlRun run = await LoopctlRun.Of(api.Url, "replay", "7f3k", "-d", "localhost:9000", "--junit", $"{folder}/new/out.xml", "--summary", $"{folder}/summary.md");
            Assert.Equal((int)verdict, run.ExitCode);
            System.Xml.Linq.XElement one = System.Xml.Linq.XElement.Load($"{folder}/new/out.xml").Descendants("testcase").Single();
            Assert.Equal((Samples.Id, element), ((string?)one.Attribute("name"), one.Elements().Single().Name.LocalName));
            Assert.StartsWith("## loopctl replay: 1 test, ", await File.ReadAllTextAsync($"{folder}/summary.md"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Replay_WithDifferences_PrintsTheFirstOneFirst()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("POST /api/v1/replays", Samples.Replay("finished", Verdict.Diverged), 202);
        LoopctlRun run = await LoopctlRun.Of(api.Url, "replay", "--id", "7f3k", "--destination", "localhost:9000");
        Golden.Equal("replay", run.Output);
    }

    [Fact]
    public async Task Replay_StillRunning_IsFollowedAndToldOnStderr()
    {
        await using FakeApi api = await FakeApi.Start();
        Queue<ReplayReport> reports = new([Samples.Replay("sending"), Samples.Replay("sending"), Samples.Replay("finished", Verdict.Fixed)]);
        api.OnJson("POST /api/v1/replays", Samples.Replay("preparing"), 202);
        api.On("GET /api/v1/replays/r1r2r3r4r5r6", context => context.Response.WriteAsJsonAsync(reports.Dequeue(), LoopJson.Options));
        LoopctlRun run = await FollowingRun.Of(api.Url, "replay", "7f3k", "-d", "localhost:9000", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("replay r1r2r3r4r5r6 of 7f3k9m2q0abc to localhost:9000\n  preparing …\n  sending …\n", run.Error);
        Assert.Equal(Verdict.Fixed, JsonSerializer.Deserialize<ReplayReport>(run.Output, LoopJson.Options)!.Verdict);
    }

    [Fact]
    public async Task Replay_InSeveralRuns_SaysHowManyAndHowLong()
    {
        await using FakeApi api = await FakeApi.Start();
        Queue<ReplayReport> reports = new([
            Samples.Replay("run 1: prepared") with { Progress = new RunsProgress(1, 5, null) },
            Samples.Replay("run 2: prepared") with { Progress = new RunsProgress(2, 5, DateTimeOffset.UtcNow.AddMinutes(90)) },
            Samples.Replay("finished", Verdict.Fixed),
        ]);
        api.OnJson("POST /api/v1/replays", Samples.Replay("preparing"), 202);
        api.On("GET /api/v1/replays/r1r2r3r4r5r6", context => context.Response.WriteAsJsonAsync(reports.Dequeue(), LoopJson.Options));

        LoopctlRun run = await FollowingRun.Of(api.Url, "replay", "7f3k", "-d", "localhost:9000", "--json");

        Assert.Contains("  run 1: prepared (1 of 5) …\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("  run 2: prepared (2 of 5, about 1 h 29 min left) …\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_WithAllOptions_AsksForExactlyThat()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("POST /api/v1/replays", Samples.Replay("finished", Verdict.Reproduced), 202);
        await LoopctlRun.Of(api.Url, "replay", "7f3k", "-d", "h:1", "--hop", "3", "--header", "Authorization: Bearer x:y", "-H", "a:", "--timeout", "2.5");
        Assert.Equal(
            ["""POST /api/v1/replays {"conversation":"7f3k","destination":"h:1","hop":"3","headers":{"authorization":"Bearer x:y","a":""},"timeoutSeconds":2.5}"""],
            api.Requests);
    }

    [Theory]
    [InlineData("replay", "7f3k")]
    [InlineData("replay", "--destination", "h:1")]
    [InlineData("replay", "7f3k", "--id", "7f3k", "--destination", "h:1")]
    [InlineData("replay", "7f3k", "--destination", "h:1", "--header", "nothing")]
    [InlineData("replay", "7f3k", "--destination", "h:1", "--header", "a b: c")]
    [InlineData("replay", "7f3k", "--destination", "h:1", "--header", "a: 1", "--header", "A: 2")]
    [InlineData("replay", "7f3k", "--destination", "h:1", "--timeout", "soon")]
    public async Task Replay_WithABadCommandLine_AsksNothing(params string[] arguments)
    {
        await using FakeApi api = await FakeApi.Start();
        LoopctlRun run = await LoopctlRun.Of(api.Url, arguments);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Empty(api.Requests);
        Assert.StartsWith("loopctl: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replays_ListAndShow_PrintThem()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/replays?limit=20&conversation=7f3k", new[] { Samples.Replay("finished", Verdict.Reproduced), Samples.Replay("sending") });
        api.OnJson("GET /api/v1/replays/r1r2r3r4r5r6", Samples.Replay("finished", Verdict.Fixed));
        Golden.Equal("replays-list", (await LoopctlRun.Of(api.Url, "replays", "list", "--conversation", "7f3k")).Output);
        LoopctlRun show = await LoopctlRun.Of(api.Url, "replays", "show", "r1r2r3r4r5r6");
        Assert.Equal(0, show.ExitCode);
        Assert.Contains("verdict: fixed", show.Output, StringComparison.Ordinal);
    }
}
