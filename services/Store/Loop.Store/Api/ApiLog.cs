using Microsoft.Extensions.Logging;

namespace Loop.Store.Api;

/// <summary>What the API says.</summary>
public sealed partial class ApiLog(ILogger<ApiLog> logger)
{
    /// <summary>A call failed.</summary>
    [LoggerMessage(2301, LogLevel.Error, "{Path} failed")]
    public partial void Failed(string path, Exception exception);
}
