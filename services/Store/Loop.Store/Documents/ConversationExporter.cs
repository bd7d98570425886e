using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Conversations;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Conversations.Tree;
using Loop.Store.Core.Documents;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;

namespace Loop.Store.Documents;

/// <summary>Writes a sealed conversation into a document.</summary>
public sealed class ConversationExporter(IEventStore events, ConversationJournal journal, IPackStore packs)
{
    /// <summary>The document.</summary>
    public async Task<byte[]> Export(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await Write(id, cancellationToken);
        }
        catch (BlobDamagedException)
        {
            // It may have been compacted while it was read: then its pack is whole again a moment later.
            return await Write(id, cancellationToken);
        }
    }

    private async Task<byte[]> Write(string id, CancellationToken cancellationToken)
    {
        LoadedConversation loaded = await journal.Load(id, cancellationToken);
        List<ConversationEvent> facts = [];
        await foreach (StoredEvent stored in events.ReadStream(new StreamName(ConversationJournal.Category, id), 0, cancellationToken))
            facts.Add(EventSerializer.DeserializeConversation(stored));
        Exchange[] exchanges = [.. loaded.Recorded.Select(recorded => recorded.Exchange)];
        var bodies = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string sha256 in exchanges.SelectMany(exchange => new[] { exchange.Request?.Body.Sha256, exchange.Response?.Body.Sha256 }).OfType<string>().Distinct())
        {
            bodies[sha256] = await packs.ReadBody(ConversationJournal.Owner(id), sha256, cancellationToken)
                ?? throw new BlobDamagedException($"packs/{ConversationJournal.Owner(id)}", $"body {sha256} is missing");
        }

        return ConversationDocuments.Write(loaded.Conversation, facts, exchanges, bodies);
    }
}
