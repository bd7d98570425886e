using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Conversations;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Conversations.Tree;
using Loop.Store.Core.Documents;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;

namespace Loop.Store.Documents;

/// <summary>What became of an import.</summary>
public enum ImportOutcome
{
    /// <summary>It is kept now.</summary>
    Imported,

    /// <summary>It was kept already, with the same exchanges.</summary>
    KnownAlready,

    /// <summary>Another content is kept under its id; nothing was written.</summary>
    DiffersFromKept,
}

/// <summary>
/// Takes a conversation in that another store sealed: exchanges durable → events appended → visible. The stream must not exist before; whoever comes second
/// finds it. Nothing of it is collected from nodes, and no trigger joins it.
/// </summary>
public sealed class ConversationImporter(ConversationJournal journal, ConversationPublisher publisher, IPackStore packs, IGrainFactory grains, IndexCheckpoint checkpoint)
{
    // The event store takes at most 500 at once.
    private const int EventsPerAppend = 400;

    /// <summary>Imports it, unless it is there.</summary>
    public async Task<ImportOutcome> Import(ImportedConversation imported, CancellationToken cancellationToken)
    {
        LoadedConversation known = await journal.LoadFacts(imported.Id.Value, cancellationToken);
        if (known.Version >= 0)
            return IsSame(known.Conversation, imported) ? ImportOutcome.KnownAlready : ImportOutcome.DiffersFromKept;
        string owner = ConversationJournal.Owner(imported.Id.Value);
        IReadOnlyList<ConversationEvent> facts = imported.In(imported.Exchanges.Count == 0 ? 0 : (await packs.WriteSegment(owner, imported.Exchanges, cancellationToken)).Segment);
        long ticket = checkpoint.Begin();
        long position = await Append(imported.Id, facts);
        await Publish(imported, facts);
        checkpoint.Complete(ticket, position);
        return ImportOutcome.Imported;
    }

    // Not cancelled half-way: a conversation without its seal would be collected.
    private async Task<long> Append(ConversationId id, IReadOnlyList<ConversationEvent> facts)
    {
        (long version, long position) = (-1, 0);
        foreach (ConversationEvent[] chunk in facts.Chunk(EventsPerAppend))
        {
            AppendResult result = await journal.Append(id.Value, version, chunk, CancellationToken.None);
            (version, position) = (result.Version, result.Position);
        }

        return position;
    }

    private async Task Publish(ImportedConversation imported, IReadOnlyList<ConversationEvent> facts)
    {
        Conversation conversation = Conversation.Fold(facts);
        List<RecordedExchange> recorded = [.. conversation.Recorded.Select(place => new RecordedExchange(imported.Exchanges[place.Ordinal].Head, place.Late))];
        await grains.GetGrain<IConversationIntake>(imported.Id.Value).ReadAgain();
        await publisher.Publish(conversation, new ConversationDescription(conversation, recorded), isNews: true, CancellationToken.None);
    }

    private static bool IsSame(Conversation known, ImportedConversation imported) =>
        known.State is ConversationState.Sealed && known.RecordedIds.SetEquals(imported.Exchanges.Select(exchange => exchange.Head.Id));
}
