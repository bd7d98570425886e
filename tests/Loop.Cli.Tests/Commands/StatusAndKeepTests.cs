using Loop.Cli.Tests.Api;
using Loop.Contracts.Api;

namespace Loop.Cli.Tests.Commands;

public sealed class StatusAndKeepTests
{
    [Theory]
    [InlineData(true, 0, "status-ready")]
    [InlineData(false, 1, "status-not-ready")]
    public async Task Status_ExitsWithZeroOnlyWhenReady(bool ready, int exitCode, string golden)
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/status", Samples.Status(ready));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "status");
        Assert.Equal(exitCode, run.ExitCode);
        Golden.Equal(golden, run.Output);
        Assert.Equal(exitCode, (await LoopctlRun.Of(api.Url, "status", "--json")).ExitCode);
    }

    [Fact]
    public async Task Status_OnANarrowTerminal_WrapsItsListsAndLeavesZerosOut()
    {
        SystemStatus status = Samples.Status(ready: true);
        NodeStatusView node = status.Nodes[0] with { Counts = Enumerable.Range(0, 12).ToDictionary(number => $"somethingCounted{number:00}", number => (long)number) };
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/status", status with { Nodes = [node] });
        LoopctlRun run = await LoopctlRun.Of(api.Url, isTerminal: true, width: 60, TestContext.Current.CancellationToken, "status");
        Assert.DoesNotContain("somethingCounted00", run.Output, StringComparison.Ordinal);
        Assert.Contains("  counts    somethingCounted01 1, somethingCounted02 2,\n            somethingCounted03 3,", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 60, line));
    }

    [Fact]
    public async Task Keep_OfAKey_PrintsTheIdAlone()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("POST /api/v1/conversations", new { id = Samples.Id }, 202);
        LoopctlRun run = await LoopctlRun.Of(api.Url, "keep", "51839f1f-02bc-436f-be71-4c8bdb7fd052");
        Assert.Equal((0, Samples.Id + "\n"), (run.ExitCode, run.Output));
        Assert.Equal(["""POST /api/v1/conversations {"key":"51839f1f-02bc-436f-be71-4c8bdb7fd052"}"""], api.Requests);
    }

    [Fact]
    public async Task Keep_WithAWrongValue_SendsItsPlaceAndWhatIsExpected()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("POST /api/v1/conversations", new { id = Samples.Id });
        LoopctlRun run = await LoopctlRun.Of(api.Url, "keep", "7f3k", "--wrong", "2 response $.total", "--expect", "12.35");
        Assert.Equal((0, Samples.Id + "\n"), (run.ExitCode, run.Output));
        Assert.Equal(["""POST /api/v1/conversations {"key":"7f3k","wrong":"2 response $.total","expect":"12.35"}"""], api.Requests);
    }

    [Fact]
    public async Task Keep_OfASession_PrintsItsIdsInOrder()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("POST /api/v1/sessions", new KeptSession(Samples.Id, ["aaaaaaaaaaaa", Samples.Id], ["sid"], ["node-b"], 2));
        LoopctlRun run = await LoopctlRun.Of(api.Url, "keep", "--session", "7f3k");
        Assert.Equal((0, $"aaaaaaaaaaaa\n{Samples.Id}\n"), (run.ExitCode, run.Output));
        Assert.Equal(["""POST /api/v1/sessions {"key":"7f3k"}"""], api.Requests);
        Assert.Equal(
            "Kept 2 conversations of one session, known by sid; oldest first.\n2 more were found and gone from the rings a moment later.\nnode-b did not answer; what they hold is missing. Ask again.\n",
            run.Error);
        LoopctlRun json = await LoopctlRun.Of(api.Url, "keep", "--session", "7f3k", "--json");
        Assert.Equal(["aaaaaaaaaaaa", Samples.Id], System.Text.Json.JsonSerializer.Deserialize<KeptSession>(json.Output, LoopJson.Options)!.Ids);
    }

    [Theory]
    [InlineData("keep")]
    [InlineData("keep", "7f3k", "--expect", "1")]
    [InlineData("keep", "7f3k", "--wrong", "2 response total")]
    [InlineData("keep", "7f3k", "--session", "7f3k")]
    [InlineData("keep", "--session", "7f3k", "--wrong", "2 response $.total")]
    public async Task Keep_OfWhatMakesNoSense_IsRefusedBeforeAsking(params string[] arguments)
    {
        await using FakeApi api = await FakeApi.Start();
        Assert.Equal(ExitCodes.Usage, (await LoopctlRun.Of(api.Url, arguments)).ExitCode);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Keep_OfNothing_IsRefusedBeforeAsking()
    {
        await using FakeApi api = await FakeApi.Start();
        Assert.Equal(ExitCodes.Usage, (await LoopctlRun.Of(api.Url, "keep", " ")).ExitCode);
        Assert.Empty(api.Requests);
    }
}
