using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Loop.Hosting.Health;
using Loop.Integration.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Loop.Hosting.Tests.Host;

public sealed class HealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ready_AllRoles_NamesEveryCheckAndAgreesWithStatus()
    {
        await using LoopServer server = await LoopServer.Start();
        using var http = new HttpClient { BaseAddress = server.Http };
        JsonElement ready = default;
        for (int attempt = 0; attempt < 300; attempt++)
        {
            ready = await Get(http, "/healthz/ready", HttpStatusCode.OK);
            if (ready.GetProperty("status").GetString() == "healthy")
                break;
            await Task.Delay(100, Cancellation);
        }

        Assert.Equal("healthy", ready.GetProperty("status").GetString());
        Assert.Equal(["background loops", "capture", "replayer", "store"], Names(ready));
        Assert.Empty((await http.GetFromJsonAsync<JsonElement>("/api/v1/status", Cancellation)).GetProperty("problems").EnumerateArray());
        Assert.Equal("healthy", (await Get(http, "/healthz/live", HttpStatusCode.OK)).GetProperty("status").GetString());
        Assert.Equal(0, await server.Stop());
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Ready_CaptureWithoutItsStore_IsDegradedWithTheReasonAndStays200()
    {
        await using LoopServer server = await LoopServer.Start(arguments: ["--roles", "capture", "--store", "http://127.0.0.1:1"]);
        using var http = new HttpClient { BaseAddress = server.Http };
        JsonElement ready = await Get(http, "/healthz/ready", HttpStatusCode.OK);
        Assert.Equal("degraded", ready.GetProperty("status").GetString());
        JsonElement capture = ready.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "capture");
        Assert.Contains("http://127.0.0.1:1", capture.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_BackgroundLoopDies_Is503AndTheProcessStaysToSaySo()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.AddLoopDefaults();
        var loop = new DyingLoop();
        builder.Services.AddHostedService(_ => loop);
        await using WebApplication app = builder.Build();
        app.MapLoopHealth();
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("healthy", (await Get(http, "/healthz/ready", HttpStatusCode.OK)).GetProperty("status").GetString());

        loop.Death.SetException(new InvalidOperationException("out of luck"));
        await Task.WhenAny(loop.ExecuteTask!);

        JsonElement ready = await Get(http, "/healthz/ready", HttpStatusCode.ServiceUnavailable);
        JsonElement check = ready.GetProperty("checks").EnumerateArray().Single();
        Assert.Equal("unhealthy", check.GetProperty("status").GetString());
        Assert.Contains("DyingLoop died (out of luck)", check.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("healthy", (await Get(http, "/healthz/live", HttpStatusCode.OK)).GetProperty("status").GetString());
    }

    private static string[] Names(JsonElement health) => [.. health.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];

    private static async Task<JsonElement> Get(HttpClient http, string path, HttpStatusCode status)
    {
        using HttpResponseMessage response = await http.GetAsync(path, Cancellation);
        string body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == status, $"{path}: {response.StatusCode} {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    private sealed class DyingLoop : BackgroundService
    {
        public TaskCompletionSource Death { get; } = new();

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Death.Task.WaitAsync(stoppingToken);
    }
}
