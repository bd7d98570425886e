using System.Text.Json;
using System.Threading.Channels;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Loop.Capture.Tests.Tap;

public sealed class AdminTapClientTests : IAsyncLifetime
{
    private readonly Channel<string> _bodies = Channel.CreateUnbounded<string>();
    private readonly Channel<Func<HttpContext, Task>> _answers = Channel.CreateUnbounded<Func<HttpContext, Task>>();
    private WebApplication _envoy = null!;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _envoy = builder.Build();
        _envoy.MapPost("/tap", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await _bodies.Writer.WriteAsync(await reader.ReadToEndAsync());
            Func<HttpContext, Task> answer = await _answers.Reader.ReadAsync(context.RequestAborted);
            await answer(context);
        });
        await _envoy.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await _envoy.StopAsync(limit.Token);
        await _envoy.DisposeAsync();
    }

    [Fact]
    public async Task Session_AfterItEnds_IsOpenedAgainAndFeedsBoth()
    {
        byte[] recording = TapFixture.Bytes("admin-streaming.json");
        await _answers.Writer.WriteAsync(context => context.Response.Body.WriteAsync(recording).AsTask());
        await _answers.Writer.WriteAsync(context => Hold(context, recording));
        await using CaptureHost host = await Start();
        int first = CountDocuments(recording);
        for (int index = 0; index < 2 * first; index++)
            await host.Intake.Next();
        Assert.Equal(2 * first, host.Intake.Exchanges.Count);
        Assert.All(host.Intake.Exchanges, exchange => Assert.Equal((CaptureInput.AdminTap, ExchangeView.Server, "web"), (exchange.Source.Input, exchange.Source.View, exchange.Source.Service)));
        Assert.Empty(host.Intake.Malformed);
    }

    [Fact]
    public async Task Session_Request_AsksForJsonAndNothingElse()
    {
        await _answers.Writer.WriteAsync(context => Hold(context, []));
        await using CaptureHost host = await Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using JsonDocument body = JsonDocument.Parse(await _bodies.Reader.ReadAsync(limit.Token));
        JsonElement tap = body.RootElement.GetProperty("tap_config");
        JsonElement sink = Assert.Single(tap.GetProperty("output_config").GetProperty("sinks").EnumerateArray().ToArray());
        Assert.Equal("my-id", body.RootElement.GetProperty("config_id").GetString());
        Assert.Equal("JSON_BODY_AS_BYTES", sink.GetProperty("format").GetString());
        Assert.Equal(["format", "streaming_admin"], sink.EnumerateObject().Select(member => member.Name));
        Assert.True(tap.GetProperty("match").TryGetProperty("http_response_headers_match", out _));
    }

    [Theory]
    [InlineData("An attached /tap admin stream already exists. Detach it.", "serves only one")]
    [InlineData("Unknown config id 'my-id'. No extension has registered with this id.", "config_id 'my-id'")]
    public async Task Session_Refused_WarnsClearlyOnceAndTriesAgain(string words, string expected)
    {
        for (int index = 0; index < 2; index++)
            await _answers.Writer.WriteAsync(context => Refuse(context, words));
        await _answers.Writer.WriteAsync(context => Hold(context, TapFixture.Bytes("admin-streaming.json")));
        await using CaptureHost host = await Start();
        await host.Intake.Next();
        Assert.Contains(expected, Assert.Single(host.Logs.Of(LogLevel.Warning), line => line.Contains("tapped", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_DamagedDocument_IsCountedAndTheNextIsFed()
    {
        await _answers.Writer.WriteAsync(context => Hold(context, [.. "{ \"http_buffered_trace\": 7 }\n"u8, .. TapFixture.Bytes("admin-streaming.json")]));
        await using CaptureHost host = await Start();
        await host.Intake.NextMalformed();
        await host.Intake.Next();
        Assert.Equal(CaptureInput.AdminTap, Assert.Single(host.Intake.Malformed).Input);
    }

    private Task<CaptureHost> Start() => CaptureHost.Start(
        ("AdminTaps:0:Url", _envoy.Urls.First()),
        ("AdminTaps:0:ConfigId", "my-id"),
        ("AdminTaps:0:Service", "web"),
        ("AdminTaps:0:Direction", "inbound"),
        ("AdminTaps:0:RetryMinimum", "00:00:00.01"),
        ("AdminTaps:0:RetryMaximum", "00:00:00.02"));

    private static async Task Hold(HttpContext context, byte[] bytes)
    {
        await context.Response.StartAsync();
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Task Refuse(HttpContext context, string words)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync(words);
    }

    private static int CountDocuments(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        int count = 0;
        while (reader.Read())
            count += reader.CurrentDepth == 0 && reader.TokenType is JsonTokenType.StartObject ? 1 : 0;
        return count;
    }
}
