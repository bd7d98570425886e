using Loop.Capture.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Capture;

/// <summary>What capture adds to the routes of the host.</summary>
public static class CaptureEndpointExtensions
{
    /// <summary>
    /// Tells a client that calls capture's gRPC methods on another port of this process where they are. The methods themselves are served by the capture
    /// port alone, in front of all routes.
    /// </summary>
    public static IEndpointRouteBuilder MapCapture(this IEndpointRouteBuilder endpoints)
    {
        foreach (IGrpcEndpoint endpoint in endpoints.ServiceProvider.GetServices<IGrpcEndpoint>())
            endpoints.Map(endpoint.Path, Misdirected).ExcludeFromDescription();
        return endpoints;
    }

    private static Task Misdirected(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync("This is not Loop's capture port. Send gRPC from Envoy to the address of --capture-listen (default 127.0.0.1:5678).\n");
    }
}
