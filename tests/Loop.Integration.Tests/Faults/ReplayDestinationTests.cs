using System.Net;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Destinations that do not answer as a service would, seen by a person who types <c>loopctl replay</c>.</summary>
public sealed class ReplayDestinationTests : IAsyncLifetime
{
    private LoopServer _server = null!;
    private LoopApi _api = null!;
    private string _id = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopServer.Start(environment: FastTimes.Environment);
        _api = new LoopApi(_server.Http);
        _id = (await Kept.Conversations(_server, 1, Cancellation))[0].Id;
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Replay_WhenTheDestinationDoesNotAnswerAsAService_EndsWithAVerdictThatSaysWhy()
    {
        await AssertVerdict(RawDestination.Nobody(), Verdict.Inconclusive, "refused");
        await using (var garbage = new RawDestination(Encoding.Latin1.GetBytes("\0\u0001\u0002 this is no HTTP \r\n\r\n")))
            await AssertVerdict(garbage.Name, Verdict.Inconclusive, "");
        await using (var silent = new RawDestination([]))
            await AssertVerdict(silent.Name, Verdict.Diverged, "The connection ended before an answer");
        await using (var half = new RawDestination("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"u8.ToArray()))
            await AssertVerdict(half.Name, Verdict.Diverged, "");
        await using (var hanging = new RawDestination(null))
            await AssertVerdict(hanging.Name, Verdict.Inconclusive, "time");
        Assert.Empty(_server.Errors);
    }

    [Fact]
    public async Task Replay_ToWhereItIsNotAllowed_IsRefusedBeforeAnythingIsSent()
    {
        foreach ((string destination, int code, HttpStatusCode status) in new[]
        {
            ("192.0.2.1:80", 77, HttpStatusCode.Forbidden),
            ("169.254.169.254:80", 77, HttpStatusCode.Forbidden),
            ("0.0.0.0:80", 77, HttpStatusCode.Forbidden),
            (_server.Http.Authority, 77, HttpStatusCode.Forbidden),
            (_server.Capture!.ToString(), 77, HttpStatusCode.Forbidden),
            (_server.Link!.ToString(), 77, HttpStatusCode.Forbidden),
            ("nowhere.invalid:80", 64, HttpStatusCode.BadRequest),
            ("ftp://127.0.0.1:9", 64, HttpStatusCode.BadRequest),
            ("127.0.0.1:99999", 64, HttpStatusCode.BadRequest),
        })
        {
            (HttpStatusCode got, string text) = await _api.Ask(HttpMethod.Post, "/api/v1/replays", new { conversation = _id, destination }, Cancellation);
            Assert.True(got == status && text.Contains("remedy", StringComparison.Ordinal), $"{destination}: {got} {text}");
            (int exitCode, string output, string errors) = await Loopctl.Run(_server.Http, "replay", _id, "-d", destination);
            Assert.True(exitCode == code && output.Length == 0 && errors.StartsWith("loopctl: ", StringComparison.Ordinal), $"{destination}: {exitCode} {output}{errors}");
        }

        Assert.Equal("[]", (await _api.Ask(HttpMethod.Get, "/api/v1/replays", null, Cancellation)).Text);
        Assert.Empty(_server.Errors);
    }

    private async Task AssertVerdict(string destination, Verdict verdict, string reason)
    {
        (int code, string output, string errors) = await Loopctl.Run(_server.Http, "replay", _id, "-d", destination, "--timeout", "2", "--json");
        Assert.True(code == (int)verdict, $"{destination}: exit {code}: {output}{errors}");
        ReplayReport report = JsonSerializer.Deserialize<ReplayReport>(output, LoopJson.Options)!;
        Assert.Equal(verdict, report.Verdict);
        Assert.Contains(reason, report.Reason, StringComparison.Ordinal);
        if (verdict is Verdict.Inconclusive)
            Assert.NotNull(report.NextStep);
    }
}
