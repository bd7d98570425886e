using Loop.Capture;
using Loop.Capture.Core.Ring;
using Loop.Hosting.Access;
using Loop.Replayer.Hosting;
using Loop.Store.Controls;
using Loop.Store.Conversations;
using Loop.Store.Nodes;

namespace Loop.Host.Configuration;

/// <summary>The keys that the services of this build read.</summary>
public static class LoopdKeys
{
    /// <summary>All of them.</summary>
    public static KnownKeys All { get; } = new KnownKeys()
        .Add(ApiAccessOptions.SectionName, typeof(ApiAccessOptions))
        .Add(LinkAccessOptions.SectionName, typeof(LinkAccessOptions))
        .Add(CaptureOptions.SectionName, typeof(CaptureOptions))
        .Add(RingOptions.SectionName, typeof(RingOptions))
        .Add(ConversationOptions.SectionName, typeof(ConversationOptions))
        .Add(ControlOptions.SectionName, typeof(ControlOptions))
        .Add(NodeLinkOptions.SectionName, typeof(NodeLinkOptions))
        .Add(ReplayOptions.SectionName, typeof(ReplayOptions));
}
