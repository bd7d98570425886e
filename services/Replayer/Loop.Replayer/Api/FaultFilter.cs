using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Api;

/// <summary>No fault leaves as an empty answer.</summary>
internal sealed partial class FaultFilter(ILogger<FaultFilter> log) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            LogFailed(error, http.Request.Path);
            return ReplayerApi.Problem(error is RecordingUnreadableException unreadable ? ReplayRefusal.Unreadable(unreadable.Message) : ReplayRefusal.Failed(error));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Path} failed")]
    private partial void LogFailed(Exception error, string path);
}
