using Loop.Capture;
using Loop.Capture.Listening;
using Loop.Host.CommandLine;
using Loop.Host.Configuration;
using Loop.Hosting;
using Loop.Hosting.Access;
using Loop.Hosting.Clustering;
using Loop.Hosting.Health;
using Loop.Replayer.Hosting;
using Loop.Store;
using Loop.Store.Files;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Memory;

namespace Loop.Host;

/// <summary>Puts the roles that were asked for into one application.</summary>
internal static class LoopdApplication
{
    /// <summary>Builds it; nothing listens yet.</summary>
    /// <param name="sockets">Of the listeners, with what the operator asked for.</param>
    /// <param name="file">Values of the configuration file.</param>
    /// <param name="data">The store's place, opened and locked; null without the role.</param>
    public static WebApplication Build(BoundSockets sockets, IReadOnlyDictionary<string, string?> file, DataDirectory? data)
    {
        LoopdSettings settings = sockets.Settings;
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "loopd" });
        AddConfiguration(builder, settings, file);
        AddLogging(builder);
        builder.AddLoopDefaults();
        builder.Services.AddOpenApi();
        builder.WebHost.UseSockets(transport => transport.CreateBoundListenSocket = sockets.Take).ConfigureKestrel(kestrel => Listen(kestrel, settings));
        AddRoles(builder, settings, data);
        WebApplication app = builder.Build();
        Map(app, settings);
        return app;
    }

    private static void AddRoles(WebApplicationBuilder builder, LoopdSettings settings, DataDirectory? data)
    {
        if (data is not null)
        {
            builder.AddStore(data);
            builder.AddLoopSilo();
        }

        if (settings.Has("replayer"))
            builder.AddReplayer(isAlone: data is not null);
        if (settings.Has("capture"))
            builder.Services.AddCapture();
    }

    private static void Map(WebApplication app, LoopdSettings settings)
    {
        app.UseWhen(context => context.Connection.LocalPort == settings.HttpListen.EndPoint.Port, http => http.UseStatusCodePages().UseMiddleware<BrowserGuard>());
        app.UseWhen(context => context.Connection.LocalPort == settings.LinkListen.EndPoint.Port, link => link.UseMiddleware<LinkGuard>());
        app.MapLoopHealth();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapOpenApi("/openapi/v1.json");
        if (settings.Has("store"))
            app.MapStore();
        if (settings.Has("replayer"))
            app.MapReplayer();
        if (settings.Has("capture"))
            app.MapCapture();
    }

    private static void Listen(KestrelServerOptions kestrel, LoopdSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(settings.HttpListen.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        if (settings.Has("store"))
            kestrel.Listen(settings.LinkListen.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
        if (settings.Has("capture"))
            kestrel.ConfigureCaptureKestrel();
    }

    // Below everything that the builder brings (the environment), and above it the command line.
    private static void AddConfiguration(WebApplicationBuilder builder, LoopdSettings settings, IReadOnlyDictionary<string, string?> file)
    {
        IConfigurationBuilder configuration = builder.Configuration;
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = file });
        configuration.AddInMemoryCollection(LoopdConfiguration.CommandLine(settings));
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        // Standard output belongs to the ready line and to scripts.
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Orleans", LogLevel.Error).AddFilter("Grpc", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning);
    }
}
