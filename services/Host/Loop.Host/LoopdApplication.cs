using System.Globalization;
using Loop.Capture;
using Loop.Capture.Listening;
using Loop.Host.CommandLine;
using Loop.Host.Configuration;
using Loop.Hosting;
using Loop.Hosting.Access;
using Loop.Hosting.Clustering;
using Loop.Replayer.Hosting;
using Loop.Store;
using Loop.Store.Files;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Loop.Host;

/// <summary>Puts the roles that were asked for into one application.</summary>
internal static class LoopdApplication
{
    /// <summary>Builds it; nothing listens yet.</summary>
    /// <param name="settings">What the operator asked for, ports chosen.</param>
    /// <param name="data">The store's place, opened and locked; null without the role.</param>
    public static WebApplication Build(LoopdSettings settings, DataDirectory? data)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "loopd" });
        AddConfiguration(builder, settings);
        AddLogging(builder);
        AccessCheck.Refuse(settings, builder.Configuration);
        builder.AddLoopDefaults();
        builder.Services.AddOpenApi();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings));
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
            builder.AddReplayer();
        if (settings.Has("capture"))
            builder.Services.AddCapture();
    }

    private static void Map(WebApplication app, LoopdSettings settings)
    {
        app.UseWhen(context => context.Connection.LocalPort == settings.HttpListen.EndPoint.Port, http => http.UseMiddleware<BrowserGuard>());
        app.UseWhen(context => context.Connection.LocalPort == settings.LinkListen.EndPoint.Port, link => link.UseMiddleware<LinkGuard>());
        app.MapHealthChecks("/healthz/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready");
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

    // The command line wins over the file, the file over the environment's defaults.
    private static void AddConfiguration(WebApplicationBuilder builder, LoopdSettings settings)
    {
        if (settings.ConfigFile is not null)
            builder.Configuration.AddInMemoryCollection(ConfigFile.Read(settings.ConfigFile, LoopdKeys.All));
        builder.Configuration.AddInMemoryCollection(CommandLineKeys(settings));
    }

    private static IEnumerable<KeyValuePair<string, string?>> CommandLineKeys(LoopdSettings settings)
    {
        yield return new("Loop:Capture:Listen", settings.CaptureListen.ToString());
        yield return new("Loop:Capture:StoreUrl", settings.StoreUrl ?? settings.LinkListen.LocalUrl);
        yield return new("Loop:Store:NodeLink:Port", settings.LinkListen.EndPoint.Port.ToString(CultureInfo.InvariantCulture));
        yield return new("Loop:Store:NodeLink:ApiPort", settings.HttpListen.EndPoint.Port.ToString(CultureInfo.InvariantCulture));
        if (settings.NodeName is not null)
            yield return new("Loop:Capture:NodeName", settings.NodeName);
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
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Orleans", LogLevel.Error).AddFilter("Grpc", LogLevel.Warning);
    }
}
