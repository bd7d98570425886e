using System.Net;
using Microsoft.Extensions.Logging;

namespace Loop.Capture;

/// <summary>Log messages of the inputs. Never bodies, never header values.</summary>
internal static partial class CaptureLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Peer} does not speak HTTP/2 on the capture port; it was told so")]
    public static partial void NotHttp2(ILogger logger, EndPoint? peer);

    [LoggerMessage(2, LogLevel.Error, "Capture failed on {Path}; the stream was ended with OK and this node reports itself unhealthy for a while, so that Envoy stops sending")]
    public static partial void Fault(ILogger logger, Exception exception, string path);

    [LoggerMessage(3, LogLevel.Debug, "Refused {Method} {Path} on the capture port: {Reason}")]
    public static partial void Refused(ILogger logger, string method, string path, string reason);
}
