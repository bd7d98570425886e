using System.Diagnostics;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Replays;

namespace Loop.Store;

/// <summary>
/// The store's spans: one per piece of work on a conversation or replay, never one per captured exchange. Ids are attributes here and nowhere on metrics.
/// </summary>
internal static class StoreActivities
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Loop.Store";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A trigger opens its conversation or joins it.</summary>
    public static Activity? Keep(string conversationId, Trigger trigger) => With("keep conversation", "loop.conversation.id", conversationId)?.SetTag("loop.rule", trigger.Rule);

    /// <summary>The nodes are asked for what they hold.</summary>
    public static Activity? Collect(string conversationId) => With("collect", "loop.conversation.id", conversationId);

    /// <summary>A segment of a pack is written.</summary>
    public static Activity? WriteSegment(string owner, int exchanges)
    {
        int dash = owner.IndexOf('-', StringComparison.Ordinal);
        return With("write segment", IdTag(owner[..dash]), owner[(dash + 1)..])?.SetTag("loop.exchange.count", exchanges);
    }

    /// <summary>Facts are appended.</summary>
    public static Activity? Append(StreamName stream) => With("append stream", IdTag(stream.Category), stream.Id);

    /// <summary>A conversation is sealed.</summary>
    public static Activity? Seal(string conversationId, string reason) => With("seal conversation", "loop.conversation.id", conversationId)?.SetTag("loop.seal.reason", reason);

    private static Activity? With(string name, string tag, string id) => Source.StartActivity(name)?.SetTag(tag, id);

    private static string IdTag(string category) => category switch
    {
        ConversationJournal.Category => "loop.conversation.id",
        ReplayJournal.Category => "loop.replay.id",
        _ => "loop.stream.id",
    };
}
