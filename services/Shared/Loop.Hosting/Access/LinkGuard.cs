using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Loop.Hosting.Access;

/// <summary>Guards the node link: where a token is configured, a node that does not carry it is refused before any message is read.</summary>
public sealed class LinkGuard(RequestDelegate next, IOptions<LinkAccessOptions> options)
{
    /// <summary>Runs for every request of the link listener.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (options.Value.Token is not { Length: > 0 } token || BearerToken.IsIn(context.Request, token))
            return next(context);
        // gRPC's way to say it (status 16 UNAUTHENTICATED), so that the node's log names the reason.
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = "16";
        context.Response.Headers["grpc-message"] = "The node link needs a token: set Loop__Link__Token on the node to the value of the store.";
        return Task.CompletedTask;
    }
}
