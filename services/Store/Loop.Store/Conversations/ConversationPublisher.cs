using Loop.Contracts.Conversations;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.ReadModels;
using Loop.Store.Recovery;

namespace Loop.Store.Conversations;

/// <summary>Makes what is durable visible: list and look-ups first, live readers then.</summary>
public sealed class ConversationPublisher(IConversationIndex index, ConversationFeed feed, CoherenceTotals totals, StoreReadiness readiness)
{
    /// <summary>Publishes the state as it is now; repeating it is harmless. Live readers are told only what is news to a list.</summary>
    public async Task Publish(Conversation conversation, ConversationDescription description, bool isNews, CancellationToken cancellationToken)
    {
        string id = conversation.Id!.Value.Value;
        if (conversation.State is ConversationState.Merged)
        {
            await index.Alias(id, conversation.MergedInto!.Value.Value, cancellationToken);
            totals.Forget(id);
            feed.Publish(description.Summary());
            return;
        }

        await readiness.Watch("the index", async () =>
        {
            await index.Upsert(description.Summary(), conversation.Keys, cancellationToken);
            return true;
        });
        if (conversation.State is ConversationState.Sealed)
            totals.Set(id, description.Coherence);
        if (isNews)
            feed.Publish(description.Summary());
    }
}
