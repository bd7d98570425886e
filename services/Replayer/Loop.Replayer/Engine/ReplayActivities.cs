using System.Diagnostics;

namespace Loop.Replayer.Engine;

/// <summary>
/// The replayer's spans. Their trace is Loop's own: the request that is sent carries the replay's trace context, never this one.
/// </summary>
internal static class ReplayActivities
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Loop.Replayer";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>One replay from its first step to its report.</summary>
    public static Activity? Replay(ReplayJob job) => Source.StartActivity("replay")
        ?.SetTag("loop.replay.id", job.Ids.ReplayId).SetTag("loop.conversation.id", job.Plan.Conversation.Id);

    /// <summary>The request and its answer.</summary>
    public static Activity? Send(ReplayJob job) => Source.StartActivity("send request", ActivityKind.Client)
        ?.SetTag("loop.replay.id", job.Ids.ReplayId).SetTag("server.address", job.DestinationName);

    /// <summary>Pairing, comparison and verdict.</summary>
    public static Activity? Compare(string replayId) => Source.StartActivity("compare")?.SetTag("loop.replay.id", replayId);
}
