using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Loop.Hosting.Telemetry;

/// <summary>The same telemetry in every role: meters and activity sources named <c>Loop.*</c>, scraped at <c>/metrics</c>, pushed by OTLP when an endpoint is set.</summary>
public static class TelemetryExtensions
{
    /// <summary>Adds metrics and traces. <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> turns the OTLP exporter on.</summary>
    public static IHostApplicationBuilder AddLoopTelemetry(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("loopd", serviceNamespace: "loop", serviceVersion: LoopVersion.Text))
            .WithMetrics(metrics => metrics.AddMeter("Loop.*", "Microsoft.Orleans").AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddPrometheusExporter());

        // Spans that go nowhere would cost an object each, and their ids bytes in every stored event.
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.WithTracing(traces => traces.AddSource("Loop.*")).UseOtlpExporter();
        return builder;
    }
}
