using Microsoft.Extensions.Logging;

namespace Loop.Capture.Tap;

/// <summary>Log messages of tap files and of the admin client.</summary>
internal static partial class TapLog
{
    [LoggerMessage(41, LogLevel.Debug, "Imported {Path}: {Count} traces")]
    public static partial void Imported(ILogger logger, string path, int count);

    [LoggerMessage(42, LogLevel.Warning, "Did not import {Path}: {Fault}; it is in the folder rejected, with the reason beside it")]
    public static partial void Rejected(ILogger logger, string path, string fault);

    [LoggerMessage(43, LogLevel.Warning, "{Path} cannot be removed or moved ({Why}); it stays and is not imported again while this process runs. Give the process write access to the directory")]
    public static partial void CannotRemove(ILogger logger, string path, string why);

    [LoggerMessage(44, LogLevel.Warning, "The tap directory {Directory} cannot be read or created ({Why}); Envoy loses taps silently without it. It is tried again")]
    public static partial void DirectoryUnreadable(ILogger logger, string directory, string why);

    [LoggerMessage(45, LogLevel.Information, "Tapping {Envoy} through its admin port")]
    public static partial void Attached(ILogger logger, string envoy);

    [LoggerMessage(46, LogLevel.Warning, "{Envoy} does not let itself be tapped: {Why}. Tried again in {Wait}")]
    public static partial void NotAttached(ILogger logger, string envoy, string why, TimeSpan wait);

    [LoggerMessage(47, LogLevel.Debug, "{Envoy} still does not let itself be tapped: {Why}. Tried again in {Wait}")]
    public static partial void StillNotAttached(ILogger logger, string envoy, string why, TimeSpan wait);

    [LoggerMessage(48, LogLevel.Information, "The tap session with {Envoy} ended ({Why}); it is opened again in {Wait}")]
    public static partial void Detached(ILogger logger, string envoy, string why, TimeSpan wait);
}
