using System.Text.Json;
using System.Xml.Linq;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Replays;
using Microsoft.AspNetCore.Http;

namespace Loop.Cli.Tests.Testing;

public sealed class TestCommandTests : IDisposable
{
    private const string Import = "POST /api/v1/conversations/import";
    private readonly TestFolders _folders = new();

    [Theory]
    [InlineData(Verdict.Fixed, "sealed", "fixed", 0)]
    [InlineData(Verdict.Reproduced, "sealed", "fixed", 1)]
    [InlineData(Verdict.Diverged, "sealed", "fixed", 1)]
    [InlineData(Verdict.Inconclusive, "sealed", "fixed", 3)]
    [InlineData(Verdict.Fixed, "unsealed", "fixed", 3)]
    [InlineData(Verdict.Reproduced, "unsealed", "fixed", 3)]
    [InlineData(Verdict.Reproduced, "sealed", "reproduced", 0)]
    [InlineData(Verdict.Fixed, "sealed", "reproduced", 1)]
    public async Task Test_OfOneFolder_ExitsByWhatWasExpected(Verdict verdict, string evidence, string expect, int code)
    {
        _folders.Add("one", Samples.Id, manifest => manifest with { Expect = expect });
        await using FakeApi api = await Server(Samples.Replay("finished", verdict) with { Evidence = evidence });
        LoopctlRun run = await LoopctlRun.Of(api.Url, "test", _folders.Root);

        Assert.Equal(code, run.ExitCode);
        Assert.EndsWith(code switch { 0 => "1 test, 1 passed, 0 failed, 0 errors", 1 => "1 test, 0 passed, 1 failed, 0 errors", _ => "1 test, 0 passed, 0 failed, 1 error" }, run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OfAFolder_ImportsItAndAsksForItsPlanWithItsProof()
    {
        string path = _folders.Add("one", Samples.Id);
        await using FakeApi api = await Server(Samples.Replay("finished", Verdict.Fixed) with { Evidence = "sealed" });
        await LoopctlRun.Of(api.Url, "test", path, "--sandbox", "other.yaml", "--build", "4f2c9d1");

        Assert.Equal($$"""{{Import}} {"id":"{{Samples.Id}}"}""", api.Requests[1]);
        Assert.StartsWith("POST /api/v1/replays ", api.Requests[2], StringComparison.Ordinal);
        ReplayRequest asked = JsonSerializer.Deserialize<ReplayRequest>(api.Requests[2]["POST /api/v1/replays ".Length..], Loop.Contracts.Api.LoopJson.Options)!;
        Assert.Equal((Samples.Id, Path.GetFullPath("other.yaml"), "3 response $.total", "12.35", 2, "4f2c9d1"), (asked.Conversation, asked.Sandbox!.File, asked.Sandbox.Wrong, asked.Sandbox.Expect, asked.Sandbox.Times, asked.Sandbox.Build));
        Assert.Equal(["payments"], asked.Sandbox.Live);
        Assert.Equal(("b1b2b3b4b5b6", "git:old"), (asked.Sandbox.Baselines!.Single().Replays.Single(), asked.Sandbox.Baselines![0].Builds["payments"]));
    }

    [Fact]
    public async Task Test_OfSeveral_RunsAllOfThemAndReportsEach()
    {
        _folders.Add("a-failing", "aaaa11112222");
        File.Delete(Path.Combine(_folders.Add("b-damaged", "bbbb11112222"), "loop-sandbox.yaml"));
        _folders.Add("c-newer", "cccc11112222");
        Directory.CreateDirectory(Path.Combine(_folders.Root, ".d.draft"));
        await using FakeApi api = await Server(Samples.Replay("finished", Verdict.Diverged) with { Evidence = "sealed" });
        api.On(Import, context => Task.CompletedTask);
        api.On(Import, async context =>
        {
            bool isNewer = api.Requests[^1].Contains("cccc", StringComparison.Ordinal);
            context.Response.StatusCode = isNewer ? 422 : 201;
            if (isNewer)
                await context.Response.WriteAsync("""{"title":"Document of a newer version","detail":"Start that Loop."}""");
            else
                await context.Response.WriteAsJsonAsync(Samples.Summary(), Loop.Contracts.Api.LoopJson.Options);
        });
        string junit = Path.Combine(_folders.Root, ".reports/out.xml"), summary = Path.Combine(_folders.Root, ".reports/summary.md");
        LoopctlRun run = await LoopctlRun.Of(api.Url, "test", _folders.Root, "--junit", junit, "--summary", summary, "--json");

        Assert.Equal(ExitCodes.TestFailed, run.ExitCode);
        Assert.Equal(["a-failing:failed", "b-damaged:error", "c-newer:error"], JsonDocument.Parse(run.Output).RootElement.GetProperty("tests").EnumerateArray().Select(test => $"{test.GetProperty("name")}:{test.GetProperty("outcome")}"));
        XElement suite = XElement.Load(junit).Element("testsuite")!;
        Assert.Equal(("3", "1", "2"), ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures"), (string?)suite.Attribute("errors")));
        Assert.Contains("loop-sandbox.yaml: it is missing", (string?)suite.Elements("testcase").ElementAt(1).Element("error")!.Attribute("message"), StringComparison.Ordinal);
        Assert.Contains("conversations/cccc11112222.json: Document of a newer version", (string?)suite.Elements("testcase").ElementAt(2).Element("error")!.Attribute("message"), StringComparison.Ordinal);
        Assert.Equal("[1/3] a-failing …\n[2/3] b-damaged …\n[3/3] c-newer …\n", run.Error);
        Assert.Contains("| ✗ | a-failing | diverged (R1) | fixed | sealed |", await File.ReadAllTextAsync(summary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OfNothing_IsRefusedBeforeAnythingStarts()
    {
        Directory.CreateDirectory(Path.Combine(_folders.Root, "none"));
        Assert.Equal((64, $"loopctl: {_folders.Root}/none holds no test; keep one with loopctl promote ID --to {_folders.Root}/none.\n"), await Refusal("none"));
        Assert.Equal((64, $"loopctl: {_folders.Root}/away is no folder; name one that loopctl promote --to wrote tests into.\n"), await Refusal("away"));
    }

    [Fact]
    public async Task Test_WithASilentServer_TellsThatAndNoTest()
    {
        _folders.Add("one", Samples.Id);
        LoopctlRun run = await LoopctlRun.Of(new Uri("http://127.0.0.1:1"), "test", _folders.Root);
        Assert.Equal((ExitCodes.Unreachable, ""), (run.ExitCode, run.Output));
    }

    public void Dispose() => _folders.Dispose();

    private static async Task<FakeApi> Server(ReplayReport report) => (await FakeApi.Start())
        .OnJson("GET /api/v1/status", Samples.Status(ready: true))
        .OnJson(Import, Samples.Summary(), 201)
        .OnJson("POST /api/v1/replays", report, 202);

    private async Task<(int, string)> Refusal(string name)
    {
        LoopctlRun run = await LoopctlRun.Of(new Uri("http://127.0.0.1:1"), "test", Path.Combine(_folders.Root, name));
        return (run.ExitCode, run.Error);
    }
}
