using System.Text;
using System.Text.Json;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Api;

namespace Loop.Cli.Tests.Commands;

public sealed class ShowTests
{
    [Fact]
    public async Task Show_OfABrokenConversation_PrintsTheTreeAndOpensTheHopThatBroke()
    {
        await using FakeApi api = await WithDetail();
        LoopctlRun run = await LoopctlRun.Of(api.Url, "show", "7f3k");
        Assert.Equal(0, run.ExitCode);
        Golden.Equal("show", run.Output);
    }

    [Fact]
    public async Task Show_WithHeadersAndBodies_PrintsAllOfThem()
    {
        await using FakeApi api = await WithDetail();
        LoopctlRun run = await LoopctlRun.Of(api.Url, "show", "7f3k", "--headers", "--body");
        Golden.Equal("show-all", run.Output);
    }

    [Fact]
    public async Task Show_InANarrowTerminal_KeepsTheWaterfallWithinIt()
    {
        await using FakeApi api = await WithDetail();
        LoopctlRun run = await LoopctlRun.Of(api.Url, isTerminal: true, width: 90, CancellationToken.None, "show", "7f3k");
        Golden.Equal("show-narrow", run.Output);
        Assert.All(run.Output.Split('\n').Where(line => line.Contains('█', StringComparison.Ordinal)), line => Assert.True(line.Length <= 90, line));
        Assert.Contains("loopctl replay 7f3k --destination", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_AsJson_PrintsTheAnswerAsItIs()
    {
        await using FakeApi api = await WithDetail();
        LoopctlRun run = await LoopctlRun.Of(api.Url, "show", "7f3k", "--json");
        ConversationDetail detail = JsonSerializer.Deserialize<ConversationDetail>(run.Output, LoopJson.Options)!;
        Assert.Equal(JsonSerializer.Serialize(Samples.Detail(), LoopJson.Options), JsonSerializer.Serialize(detail, LoopJson.Options));
    }

    [Fact]
    public async Task Show_OfWhatWasKeptBesides_NamesIt()
    {
        await using FakeApi api = await FakeApi.Start();
        ConversationDetail detail = Samples.Detail() with
        {
            OriginHopId = null,
            ControlId = "bbbbbbbbbbbb",
            Session = "cccccccccccc",
            Assertions = [new AssertionView("2 response $.total", "12.35", Samples.Start), new AssertionView("3 response $.\u001b[31m", null, Samples.Start)],
        };
        api.OnJson("GET /api/v1/conversations/7f3k", detail);
        string page = (await LoopctlRun.Of(api.Url, "show", "7f3k")).Output;
        Assert.Contains(
            "wrong  2 response $.total, expected 12.35\nwrong  3 response $.\\x1b[31m\nbeside bbbbbbbbbbbb (control: a healthy one of the same route)\nof     the session of cccccccccccc\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_OfParentsInACircle_StillPrintsEveryHop()
    {
        await using FakeApi api = await FakeApi.Start();
        ConversationDetail detail = Samples.Detail();
        detail = detail with { OriginHopId = null, Hops = [detail.Hops[0] with { ParentId = "h2" }, detail.Hops[2] with { ParentId = "h1" }] };
        api.OnJson("GET /api/v1/conversations/7f3k", detail);
        LoopctlRun run = await LoopctlRun.Of(api.Url, "show", "7f3k");
        Assert.Contains("/checkout", run.Output, StringComparison.Ordinal);
        Assert.Contains("/charge", run.Output, StringComparison.Ordinal);
    }

    private static async Task<FakeApi> WithDetail()
    {
        FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/conversations/7f3k", Samples.Detail());
        foreach (int hop in new[] { 1, 3, 4 })
            api.OnBytes($"GET /api/v1/conversations/{Samples.Id}/hops/{hop}/request/body?decoded=true", Encoding.UTF8.GetBytes("""{"total":12,"é":[]}"""), "application/json");
        foreach (int hop in new[] { 1, 2 })
            api.OnBytes($"GET /api/v1/conversations/{Samples.Id}/hops/{hop}/response/body?decoded=true", Encoding.UTF8.GetBytes("no \u001b[31mred"), "text/plain");
        api.OnBytes($"GET /api/v1/conversations/{Samples.Id}/hops/3/response/body?decoded=true", [.. Enumerable.Range(0, 20).Select(value => (byte)value)], "application/octet-stream");
        return api;
    }
}
