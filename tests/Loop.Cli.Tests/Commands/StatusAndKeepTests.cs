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
    public async Task Keep_OfNothing_IsRefusedBeforeAsking()
    {
        await using FakeApi api = await FakeApi.Start();
        Assert.Equal(ExitCodes.Usage, (await LoopctlRun.Of(api.Url, "keep", " ")).ExitCode);
        Assert.Empty(api.Requests);
    }
}
