using Loop.Capture.Listening;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Tap;

/// <summary>placeholder</summary>
internal sealed class TapPostEndpoint
{
    private readonly int _status = StatusCodes.Status501NotImplemented;

    public Task Serve(HttpContext context, CaptureConnection connection)
    {
        _ = connection;
        context.Response.StatusCode = _status;
        return Task.CompletedTask;
    }
}
