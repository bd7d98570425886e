using System.Globalization;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Conversations.Tree;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Recovery;

namespace Loop.Store.Conversations;

/// <summary>A conversation read back: its fold, its heads in the order of their facts, and what its pack takes.</summary>
public sealed record LoadedConversation(Conversation Conversation, long Version, List<RecordedExchange> Recorded, long PackBytes)
{
    /// <summary>Nothing is kept.</summary>
    public static LoadedConversation Nothing => new(Conversation.NotKept, -1, [], 0);
}

/// <summary>Reads and appends a conversation's stream. Shared by the grain and by the rebuild, so that both see the same.</summary>
public sealed class ConversationJournal(IEventStore events, EventAppender appender, IPackStore packs, IBlobStore blobs)
{
    /// <summary>Category of conversation streams.</summary>
    public const string Category = "conversation";

    /// <summary>Owner of a conversation's pack.</summary>
    public static string Owner(string id) => $"{Category}-{id}";

    /// <summary>Reads all of it.</summary>
    /// <exception cref="BlobDamagedException">An event names what its pack does not hold.</exception>
    public async Task<LoadedConversation> Load(string id, CancellationToken cancellationToken)
    {
        LoadedConversation facts = await LoadFacts(id, cancellationToken);
        return facts.Version < 0 || facts.Conversation.State is ConversationState.Merged
            ? facts
            : facts with { Recorded = await Heads(id, facts.Conversation, cancellationToken), PackBytes = await PackBytes(id, cancellationToken) };
    }

    /// <summary>Reads the events alone; nothing is recorded, as far as this tells.</summary>
    public async Task<LoadedConversation> LoadFacts(string id, CancellationToken cancellationToken)
    {
        Conversation conversation = Conversation.NotKept;
        long version = -1;
        await foreach (StoredEvent stored in events.ReadStream(new StreamName(Category, id), 0, cancellationToken))
        {
            conversation = conversation.Evolve(EventSerializer.DeserializeConversation(stored));
            version = stored.Version;
        }

        return version < 0 ? LoadedConversation.Nothing : new LoadedConversation(conversation, version, [], 0);
    }

    /// <summary>Appends; durable when this returns.</summary>
    /// <exception cref="ConversationMovedException">Another writer was here.</exception>
    public async Task<AppendResult> Append(string id, long version, IReadOnlyList<ConversationEvent> facts, CancellationToken cancellationToken)
    {
        var stream = new StreamName(Category, id);
        AppendResult result = await appender.Append(stream, version, metadata => EventSerializer.Serialize(facts, metadata), cancellationToken);
        return result.Outcome is AppendOutcome.Appended ? result : throw new ConversationMovedException(id, version, result.Version);
    }

    /// <summary>Lets the store keep the events of a conversation that will hardly grow any more in less room.</summary>
    public Task Compact(string id, CancellationToken cancellationToken) => events.Compact(new StreamName(Category, id), cancellationToken);

    private async Task<List<RecordedExchange>> Heads(string id, Conversation conversation, CancellationToken cancellationToken)
    {
        var segments = new Dictionary<int, IReadOnlyList<Exchange>>();
        var recorded = new List<RecordedExchange>(conversation.Recorded.Count);
        foreach (RecordedPlace place in conversation.Recorded)
        {
            if (!segments.TryGetValue(place.Segment, out IReadOnlyList<Exchange>? heads))
                segments[place.Segment] = heads = await packs.ReadHeads(Owner(id), place.Segment, cancellationToken);

            // What an event names must be there: checked after the read as it was before the write.
            if (place.Ordinal >= heads.Count || heads[place.Ordinal].Id != place.Id)
                throw new BlobDamagedException(string.Create(CultureInfo.InvariantCulture, $"packs/{Owner(id)}/{place.Segment}"), $"exchange {place.Id} is not at place {place.Ordinal}");
            recorded.Add(new RecordedExchange(heads[place.Ordinal], place.Late));
        }

        return recorded;
    }

    private async Task<long> PackBytes(string id, CancellationToken cancellationToken)
    {
        long bytes = 0;
        await foreach (string name in blobs.List($"packs/{Owner(id)}/", cancellationToken))
            bytes += await blobs.Size(name, cancellationToken) ?? 0;
        return bytes;
    }
}

/// <summary>The stream has another version than its grain believed: the grain is dropped and reads it again.</summary>
public sealed class ConversationMovedException(string id, long expected, long actual)
    : Exception($"Conversation {id} is at version {actual}, not {expected}: something else wrote to it. The call can be repeated.");
