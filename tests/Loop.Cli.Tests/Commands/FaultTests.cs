using System.Net;
using System.Net.Sockets;
using Loop.Cli.Tests.Api;

namespace Loop.Cli.Tests.Commands;

public sealed class FaultTests
{
    private static readonly string[] Show = ["show", "7f3k"];

    [Fact]
    public async Task Loopctl_WithAnUnknownVerb_SuggestsTheNearest()
    {
        LoopctlRun run = await LoopctlRun.Of(url: null, "lsit");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("Did you mean 'list'?", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task Loopctl_WithoutAVerb_IsAUsageFault() => Assert.Equal(ExitCodes.Usage, (await LoopctlRun.Of(url: null)).ExitCode);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://")]
    public async Task Loopctl_WithABadUrl_NamesIt(string url)
    {
        LoopctlRun run = await LoopctlRun.Of(url: null, "--url", url, "list");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains($"'{url}' (--url)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loopctl_WithNobodyListening_SaysWhereItLooked()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        int free = ((IPEndPoint)port.LocalEndpoint).Port;
        port.Stop();
        LoopctlRun run = await LoopctlRun.Of(new Uri($"http://127.0.0.1:{free}"), "status");
        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains($"http://127.0.0.1:{free}", run.Error, StringComparison.Ordinal);
        Assert.Contains("LOOP_URL", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, ExitCodes.Usage)]
    [InlineData(401, ExitCodes.NotAllowed)]
    [InlineData(403, ExitCodes.NotAllowed)]
    [InlineData(404, ExitCodes.NotFound)]
    [InlineData(409, ExitCodes.Ambiguous)]
    [InlineData(421, ExitCodes.NotAllowed)]
    [InlineData(500, ExitCodes.ServerFailed)]
    [InlineData(503, ExitCodes.Unreachable)]
    public async Task Loopctl_WithAProblem_PrintsItAndMapsTheStatus(int status, int exitCode)
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnProblem("GET /api/v1/conversations/7f3k", status, "The title.", "the detail", "7f3k9m2q0abc", "7f3kzzzzzzzz");
        LoopctlRun run = await LoopctlRun.Of(api.Url, Show);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal("loopctl: The title: the detail\n  7f3k9m2q0abc\n  7f3kzzzzzzzz\n", run.Error);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task Loopctl_WithSeveralRoots_ListsTheHopsToChooseFrom()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnText("POST /api/v1/replays", """{"title":"More than one root.","hops":["1 web GET /a","4 web GET /b"]}""", "application/problem+json", 409);
        LoopctlRun run = await LoopctlRun.Of(api.Url, "replay", "7f3k", "-d", "h:1");
        Assert.Equal((ExitCodes.Ambiguous, "loopctl: More than one root.\n  1 web GET /a\n  4 web GET /b\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("<html>", "text/html", 200, ExitCodes.BadAnswer)]
    [InlineData("{}", "application/json", 200, ExitCodes.BadAnswer)]
    [InlineData("null", "application/json", 200, ExitCodes.BadAnswer)]
    [InlineData("[1]", "application/json", 200, ExitCodes.BadAnswer)]
    [InlineData("moved", "text/plain", 302, ExitCodes.BadAnswer)]
    [InlineData("<html>", "text/html", 404, ExitCodes.BadAnswer)]
    [InlineData("", "text/plain", 505, ExitCodes.BadAnswer)]
    [InlineData("<html>", "text/html", 503, ExitCodes.Unreachable)]
    [InlineData("[]", "application/json", 500, ExitCodes.ServerFailed)]
    public async Task Loopctl_WithGarbage_DoesNotPretend(string text, string contentType, int status, int exitCode)
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnText("GET /api/v1/conversations/7f3k", text, contentType, status);
        LoopctlRun run = await LoopctlRun.Of(api.Url, Show);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("loopctl: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loopctl_WithAServerThatHangsUp_IsUnreachable()
    {
        await using FakeApi api = await FakeApi.Start();
        api.On("GET /api/v1/conversations/7f3k", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        Assert.Equal(ExitCodes.Unreachable, (await LoopctlRun.Of(api.Url, Show)).ExitCode);
    }

    [Theory]
    [InlineData("--url", "URL", "--token", "secret", "status")]
    [InlineData("status", "--token", "secret", "--url", "URL")]
    public async Task Loopctl_TakesServerAndTokenBeforeAndAfterTheVerb(params string[] arguments)
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/status", Samples.Status(ready: true));
        LoopctlRun run = await LoopctlRun.Of(url: null, [.. arguments.Select(argument => argument == "URL" ? api.Url.ToString() : argument)]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["Bearer secret"], api.Authorizations);
    }

    [Fact]
    public async Task Loopctl_UnderAPathPrefix_KeepsThePrefix()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /loop/api/v1/status", Samples.Status(ready: true));
        Assert.Equal(0, (await LoopctlRun.Of(new Uri(api.Url, "/loop"), "status")).ExitCode);
    }
}
