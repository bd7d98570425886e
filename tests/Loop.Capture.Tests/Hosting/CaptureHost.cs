using System.Net;
using Grpc.Net.Client;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Tests.Hosting;

/// <summary>The capture service on a real Kestrel, before a fake ring, beside a REST listener as the host has one.</summary>
internal sealed class CaptureHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private CaptureHost(WebApplication application, FakeIntake intake, FakeCollector collector, RecordingLoggerProvider logs)
    {
        _application = application;
        Intake = intake;
        Collector = collector;
        Logs = logs;
        int[] ports = [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];
        RestPort = ports[0];
        Port = ports[1];
        TapPort = ports.Length > 2 ? ports[2] : 0;
    }

    public FakeIntake Intake { get; }

    public FakeCollector Collector { get; }

    public RecordingLoggerProvider Logs { get; }

    public int Port { get; }

    public int RestPort { get; }

    public int TapPort { get; }

    public CaptureInstruments Instruments => _application.Services.GetRequiredService<CaptureInstruments>();

    public IServiceProvider Services => _application.Services;

    public static Task<CaptureHost> Start(params (string Key, string Value)[] settings) => Start(withRing: false, settings);

    /// <summary>The same before the real ring.</summary>
    public static Task<CaptureHost> StartWithRing(params (string Key, string Value)[] settings) => Start(withRing: true, settings);

    private static async Task<CaptureHost> Start(bool withRing, (string Key, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        var logs = new RecordingLoggerProvider();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        var values = new Dictionary<string, string?>
        {
            ["Loop:Capture:Listen"] = "127.0.0.1:0",
            ["Loop:Capture:NodeName"] = FakeCollector.Node,
            ["Loop:Capture:StoreUrl"] = "http://127.0.0.1:1",
        };
        foreach ((string key, string value) in settings)
            values[key.StartsWith("Loop:", StringComparison.Ordinal) ? key : "Loop:Capture:" + key] = value;
        builder.Configuration.AddInMemoryCollection(values);
        var intake = new FakeIntake();
        var collector = new FakeCollector();
        if (!withRing)
        {
            builder.Services.AddSingleton<IExchangeIntake>(intake);
            builder.Services.AddSingleton<IConversationCollector>(collector);
        }

        builder.Services.AddCapture();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ConfigureCaptureKestrel();
        });
        WebApplication application = builder.Build();
        application.MapCapture();
        application.MapGet("/api/v1/status", () => Results.Text("rest"));
        await application.StartAsync();
        return new CaptureHost(application, intake, collector, logs);
    }

    public GrpcChannel Channel() => GrpcChannel.ForAddress($"http://127.0.0.1:{Port}");

    public RawGrpcClient Raw() => new(Port);

    public Task Stop() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }
}
