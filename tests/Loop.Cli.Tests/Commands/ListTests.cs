using System.Text.Json;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Api;

namespace Loop.Cli.Tests.Commands;

public sealed class ListTests
{
    [Fact]
    public async Task List_OfThree_PrintsShortestPrefixesAndWholeLines()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/conversations?limit=50", new Page<ConversationSummary>([Samples.Summary(), Samples.Summary("7f3x9m2q0abc") with { Recovered = true, Path = "/a\u001b[31m" }, Samples.Open("0abcdefghjkm")], null));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "list");
        Assert.Equal(0, run.ExitCode);
        Golden.Equal("list", run.Output);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task List_InANarrowTerminal_CutsTheElasticColumnsOnly()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/conversations?limit=50", new Page<ConversationSummary>([Samples.Summary() with { Path = "/" + new string('a', 200) }], null));
        LoopctlRun run = await LoopctlRun.Of(api.Url, isTerminal: true, width: 90, CancellationToken.None, "list");
        Golden.Equal("list-narrow", run.Output);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 90, line));
    }

    [Fact]
    public async Task List_OverPages_FollowsThemUpToTheLimit()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/conversations?limit=3", new Page<ConversationSummary>([Samples.Summary("aaaaaaaaaaaa"), Samples.Summary("bbbbbbbbbbbb")], "2026-11-23T03:12:07+00:00/b"));
        api.OnJson("GET /api/v1/conversations?limit=1&before=2026-11-23T03%3A12%3A07%2B00%3A00%2Fb", new Page<ConversationSummary>([Samples.Summary("cccccccccccc")], "more"));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "list", "--limit", "3", "--json");
        using JsonDocument list = JsonDocument.Parse(run.Output);
        Assert.Equal(["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"], list.RootElement.EnumerateArray().Select(item => item.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task List_WithControls_AsksForThemAndTellsThem()
    {
        await using FakeApi api = await FakeApi.Start();
        ConversationSummary control = Samples.Summary("bbbbbbbbbbbb") with { Failing = null, Missing = 0, Trigger = new TriggerView("control", $"healthy, kept beside {Samples.Id}", Samples.Start, null) { ControlFor = Samples.Id, Route = "web/server POST /checkout" } };
        api.OnJson("GET /api/v1/conversations?limit=50&controls=true", new Page<ConversationSummary>([Samples.Summary(), control], null));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "list", "--controls");
        Assert.Contains($"control: healthy, kept beside {Samples.Id}", run.Output, StringComparison.Ordinal);
        LoopctlRun json = await LoopctlRun.Of(api.Url, "list", "--controls", "--json");
        Assert.Contains($"\"controlFor\": \"{Samples.Id}\"", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_AsJson_HasTheNamesThatScriptsUse()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/conversations?limit=50", new Page<ConversationSummary>([Samples.Summary()], null));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "list", "--json");
        Golden.Equal("list-json", run.Output);
    }

    [Fact]
    public async Task List_OfNothing_PrintsNothingOnStdoutAndAHintOnStderr()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/conversations?limit=50", new Page<ConversationSummary>([], null));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "list");
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Contains("loopctl keep", run.Error, StringComparison.Ordinal);
    }
}
