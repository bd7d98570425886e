using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Loop.Hosting.Health;

/// <summary>The health paths of every role.</summary>
public static class HealthEndpoints
{
    /// <summary>
    /// <c>/healthz/live</c>: the process answers at all. <c>/healthz/ready</c>: every check of the roles that run; 503 when one is unhealthy. A degraded check is
    /// told of but stays 200: what still works must not be taken out of service.
    /// </summary>
    public static IEndpointRouteBuilder MapLoopHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write });
        routes.MapHealthChecks("/healthz/ready", new HealthCheckOptions { ResponseWriter = Write });
        return routes;
    }

    private static Task Write(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new HealthView(Name(report.Status), [.. report.Entries.Select(entry => new HealthCheckView(entry.Key, Name(entry.Value.Status), Reason(entry.Value)))]));

    private static string? Reason(HealthReportEntry entry) => entry.Description ?? entry.Exception?.Message;

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    private sealed record HealthView(string Status, IReadOnlyList<HealthCheckView> Checks);

    private sealed record HealthCheckView(string Name, string Status, string? Reason);
}
