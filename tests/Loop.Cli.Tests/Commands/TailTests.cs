using System.Text.Json;
using Loop.Cli.Terminal;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Api;
using Microsoft.AspNetCore.Http;

namespace Loop.Cli.Tests.Commands;

public sealed class TailTests
{
    [Fact]
    public async Task Tail_WhenTheServerEndsIt_ConnectsAgainAndGoesOn()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/status", Samples.Status(ready: true));
        using var ended = new CancellationTokenSource();
        int connections = 0;
        api.On("GET /api/v1/tail", async context =>
        {
            int connection = Interlocked.Increment(ref connections);
            if (connection == 3)
                await ended.CancelAsync();
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(": hello\n\nevent: later\ndata: {}\n\n");
            await context.Response.WriteAsync($"event: conversation\ndata: {JsonSerializer.Serialize(Samples.Summary($"aaaaaaaaaaa{connection}"), LoopJson.Options)}\n\n");
        });
        (int exitCode, string output, string error) = await Run(api.Url, ended.Token, "tail", "--json");
        Assert.Equal(0, exitCode);
        Assert.Equal(["aaaaaaaaaaa1", "aaaaaaaaaaa2"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(2).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()));
        Assert.StartsWith("loopctl: the server ended the tail; connecting again in 0.5 s\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_ForPeople_PrintsALineForEachChangeThatShows()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/status", Samples.Status(ready: true));
        using var ended = new CancellationTokenSource();
        api.On("GET /api/v1/tail", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (ConversationSummary summary in new[] { Samples.Open(Samples.Id) with { Hops = 0 }, Samples.Open(Samples.Id), Samples.Open(Samples.Id), Samples.Summary() })
                await context.Response.WriteAsync($"event: conversation\ndata: {JsonSerializer.Serialize(summary, LoopJson.Options)}\n\n");
        });
        using var error = new SignalWriter("connecting again", ended);
        using var output = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        Assert.Equal(0, await LoopctlApplication.Run(["tail"], LoopctlRun.Context(api.Url, false, 120, output, error, bytes), ended.Token));
        Golden.Equal("tail", output.ToString());
    }

    [Fact]
    public async Task Tail_OfGarbage_EndsWithAFault()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnJson("GET /api/v1/status", Samples.Status(ready: true));
        api.OnText("GET /api/v1/tail", "event: conversation\ndata: {\"id\":\n\n", "text/event-stream");
        Assert.Equal(ExitCodes.BadAnswer, (await LoopctlRun.Of(api.Url, "tail")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(Uri url, CancellationToken cancellationToken, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        CliContext context = new()
        {
            Output = output,
            OutputBytes = bytes,
            Error = error,
            IsTerminal = false,
            IsErrorTerminal = false,
            Width = 120,
            Environment = name => name == "LOOP_URL" ? url.ToString() : null,
            Time = TimeProvider.System,
        };
        return (await LoopctlApplication.Run(arguments, context, cancellationToken), output.ToString(), error.ToString());
    }

    private sealed class SignalWriter(string word, CancellationTokenSource signal) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(word, StringComparison.Ordinal) == true)
                signal.Cancel();
        }
    }
}
