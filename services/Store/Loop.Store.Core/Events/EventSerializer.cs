using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;

namespace Loop.Store.Core.Events;

/// <summary>Between facts and what the event store keeps of them.</summary>
public static class EventSerializer
{
    // Unlike facts, metadata has no field that must be there.
    private static readonly JsonSerializerOptions MetadataJson = new(StoreJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Facts to append.</summary>
    public static IReadOnlyList<NewEvent> Serialize(IReadOnlyList<ConversationEvent> facts, EventMetadata metadata) => SerializeFacts(facts, metadata);

    /// <inheritdoc cref="Serialize(IReadOnlyList{ConversationEvent}, EventMetadata)"/>
    public static IReadOnlyList<NewEvent> Serialize(IReadOnlyList<ReplayEvent> facts, EventMetadata metadata) => SerializeFacts(facts, metadata);

    /// <summary>The fact in a stored event: a <see cref="ConversationEvent"/> or a <see cref="ReplayEvent"/>.</summary>
    /// <exception cref="UnknownEventTypeException">A newer Loop wrote it.</exception>
    /// <exception cref="EventDamagedException">Its data is not that of its type.</exception>
    public static object Deserialize(StoredEvent stored)
    {
        Type type = EventNames.TypeOf(stored.Type) ?? throw new UnknownEventTypeException(stored);
        try
        {
            return JsonSerializer.Deserialize(stored.Data.Span, type, StoreJson.Options) ?? throw new EventDamagedException(stored, "it is null", null);
        }
        catch (JsonException exception)
        {
            throw new EventDamagedException(stored, exception.Message, exception);
        }
    }

    /// <summary>The fact of a conversation's stream.</summary>
    public static ConversationEvent DeserializeConversation(StoredEvent stored) =>
        Deserialize(stored) as ConversationEvent ?? throw new EventDamagedException(stored, "it is no fact of a conversation", null);

    /// <summary>The fact of a replay's stream.</summary>
    public static ReplayEvent DeserializeReplay(StoredEvent stored) =>
        Deserialize(stored) as ReplayEvent ?? throw new EventDamagedException(stored, "it is no fact of a replay", null);

    /// <summary>The metadata of a stored event.</summary>
    public static EventMetadata DeserializeMetadata(StoredEvent stored) =>
        stored.Metadata.IsEmpty ? EventMetadata.None : JsonSerializer.Deserialize<EventMetadata>(stored.Metadata.Span, StoreJson.Options) ?? EventMetadata.None;

    private static NewEvent[] SerializeFacts(IReadOnlyList<object> facts, EventMetadata metadata)
    {
        byte[] metadataJson = metadata == EventMetadata.None ? [] : JsonSerializer.SerializeToUtf8Bytes(metadata, MetadataJson);
        var events = new NewEvent[facts.Count];
        for (int index = 0; index < events.Length; index++)
        {
            Type type = facts[index].GetType();
            events[index] = new NewEvent(EventNames.Of(type), JsonSerializer.SerializeToUtf8Bytes(facts[index], type, StoreJson.Options), metadataJson);
        }

        return events;
    }
}
