using Microsoft.Extensions.Logging;

namespace Loop.Capture.Link;

/// <summary>Log messages of the node link.</summary>
internal static partial class NodeLinkLog
{
    [LoggerMessage(21, LogLevel.Information, "Linked to the store at {StoreUrl} as node {Node}")]
    public static partial void Linked(ILogger logger, string storeUrl, string node);

    [LoggerMessage(22, LogLevel.Warning, "No link to the store at {StoreUrl} ({Why}); the ring goes on recording, triggers wait, next try in {Wait}")]
    public static partial void Broken(ILogger logger, string storeUrl, string why, TimeSpan wait);

    [LoggerMessage(23, LogLevel.Debug, "Still no link to the store at {StoreUrl} ({Why}); next try in {Wait}")]
    public static partial void StillBroken(ILogger logger, string storeUrl, string why, TimeSpan wait);

    [LoggerMessage(26, LogLevel.Error, "The store at {StoreUrl} refused this node ({Why}). Set the environment variable Loop__Link__Token here to the store's value and restart; until then the ring records, nothing is kept, next try in {Wait}")]
    public static partial void Refused(ILogger logger, string storeUrl, string why, TimeSpan wait);

    [LoggerMessage(24, LogLevel.Warning, "The store sent {Count} trace keys that cannot be read in {Request}; they were ignored")]
    public static partial void UnreadableKeys(ILogger logger, int count, string request);

    [LoggerMessage(25, LogLevel.Debug, "The store refused trigger {TriggerId}: {Why}")]
    public static partial void TriggerRefused(ILogger logger, long triggerId, string why);
}
