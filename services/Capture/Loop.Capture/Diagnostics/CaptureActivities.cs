using System.Diagnostics;

namespace Loop.Capture.Diagnostics;

/// <summary>Capture's spans: one per collection that the store asks for. An exchange that arrives never costs one.</summary>
internal static class CaptureActivities
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Loop.Capture";

    private const string ReplayWatchPrefix = "replay-";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The ring is searched and what it holds is sent.</summary>
    public static Activity? Collect(string watchId) => watchId.StartsWith(ReplayWatchPrefix, StringComparison.Ordinal)
        ? Source.StartActivity("collect")?.SetTag("loop.replay.id", watchId[ReplayWatchPrefix.Length..])
        : Source.StartActivity("collect")?.SetTag("loop.conversation.id", watchId);
}
