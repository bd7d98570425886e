using Loop.Store.Core.Blobs;
using Loop.Store.Core.Faults;
using Loop.Store.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Loop.Store.Api;

/// <summary>What every call passes: the right port, and no fault that leaves as an empty answer.</summary>
internal sealed class ApiFilter(IOptions<NodeLinkOptions> options, ApiLog log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        if (options.Value.ApiPort is > 0 and var port && http.Connection.LocalPort != port)
            return ApiProblems.Problem(StatusCodes.Status421MisdirectedRequest, "Wrong port", $"The API is served at port {port}, not at {http.Connection.LocalPort}.");
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (exception is BlobDamagedException or StoreException)
        {
            log.Failed(http.Request.Path, exception);
            return ApiProblems.Problem(StatusCodes.Status500InternalServerError, "Stored data cannot be read", exception.Message);
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            log.Failed(http.Request.Path, exception);
            return ApiProblems.Problem(StatusCodes.Status500InternalServerError, "The store failed", $"{exception.GetType().Name}: {exception.Message} The log of loopd has more.");
        }
    }
}
